// The caller's rooms and those that can be joined, kept up to date by `onCreateRoom`.
import { useCallback, useEffect, useState } from 'react';
import * as api from '../chat/api';
import type { Room } from '../chat/types';
import { listenLive } from '../live';
import { explain } from '../problems';

type Scope = 'MINE' | 'JOINABLE';

interface RoomList {
  rooms: Room[];
  nextToken: string | null;
}

export interface Rooms {
  mine: RoomList;
  joinable: RoomList;
  problem: string | null;
  more(scope: Scope): void;
  /** A room that the caller created or joined. */
  joined(room: Room): void;
}

export function useRooms(myId: string): Rooms {
  const [lists, setLists] = useState<Record<Scope, RoomList>>({ MINE: nothing, JOINABLE: nothing });
  const [problem, setProblem] = useState<string | null>(null);

  const load = useCallback(async (scope: Scope, nextToken: string | null) => {
    try {
      const page = await api.listRooms(scope, nextToken);
      setLists((before) => {
        const rooms = nextToken ? [...before[scope].rooms, ...page.items] : page.items;
        return { ...before, [scope]: { rooms: unique(rooms), nextToken: page.nextToken } };
      });
      setProblem(null);
    } catch (thrown) {
      setProblem(explain(thrown).text);
    }
  }, []);

  const joined = useCallback((room: Room) => {
    setLists(({ MINE, JOINABLE }) => ({
      MINE: { ...MINE, rooms: unique([room, ...MINE.rooms]) },
      JOINABLE: { ...JOINABLE, rooms: JOINABLE.rooms.filter(({ id }) => id !== room.id) },
    }));
  }, []);

  useEffect(() => {
    const reload = () => {
      void load('MINE', null);
      void load('JOINABLE', null);
    };
    reload();
    // Being added to a room by someone else has no event: look when the person comes back to the tab.
    addEventListener('focus', reload);
    const stop = listenLive<Room>(
      `subscription OnCreateRoom { onCreateRoom { ...WholeRoom } } ${api.ROOM}`,
      {},
      {
        event(room) {
          if (room.ownerId === myId) return joined(room);
          setLists(({ MINE, JOINABLE }) => {
            const isMine = MINE.rooms.some(({ id }) => id === room.id);
            const rooms = isMine ? JOINABLE.rooms : unique([room, ...JOINABLE.rooms]);
            return { MINE, JOINABLE: { ...JOINABLE, rooms } };
          });
        },
        connected: reload,
        disconnected() {},
        refused: ({ text }) => setProblem(text),
      },
    );
    return () => {
      removeEventListener('focus', reload);
      stop();
    };
  }, [load, joined, myId]);

  const more = (scope: Scope) => void load(scope, lists[scope].nextToken);
  return { mine: lists.MINE, joinable: lists.JOINABLE, problem, more, joined };
}

const nothing: RoomList = { rooms: [], nextToken: null };

/** The first of each id; rooms carry no version, and the first is the newest news. */
function unique(rooms: Room[]): Room[] {
  return [...new Map(rooms.toReversed().map((room) => [room.id, room])).values()].reverse();
}
