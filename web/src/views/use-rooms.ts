// The caller's rooms and those that can be joined, kept up to date by `onCreateRoom`.
import { useCallback, useEffect, useRef, useState } from 'react';
import * as api from '../chat/api';
import { type RoomList, nothing, renewed, unique } from '../chat/room-list';
import type { Room } from '../chat/types';
import { listenLive } from '../live';
import { explain } from '../problems';

type Scope = 'MINE' | 'JOINABLE';

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

  const shown = useRef(lists);
  shown.current = lists;
  const loads = useRef<Record<Scope, number>>({ MINE: 0, JOINABLE: 0 });

  /** Reads on from a list's end, or it anew, as far as it is shown. */
  const load = useCallback(async (scope: Scope, isOn: boolean) => {
    const load = (loads.current[scope] += 1);
    try {
      const before = shown.current[scope];
      const read = isOn ? await readOn(scope, before) : await readAnew(scope, before.rooms.length);
      // One that began later knows better.
      if (load !== loads.current[scope]) return;
      setLists((lists) => ({ ...lists, [scope]: renewed(before, lists[scope], read) }));
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
      void load('MINE', false);
      void load('JOINABLE', false);
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

  const more = (scope: Scope) => void load(scope, true);
  return { mine: lists.MINE, joinable: lists.JOINABLE, problem, more, joined };
}

async function readOn(scope: Scope, { rooms, nextToken }: RoomList): Promise<RoomList> {
  const page = await api.listRooms(scope, nextToken);
  return { rooms: unique([...rooms, ...page.items]), nextToken: page.nextToken };
}

/** Whoever has looked further than the first page keeps what they see. */
async function readAnew(scope: Scope, count: number): Promise<RoomList> {
  let list = await readOn(scope, nothing);
  while (list.nextToken && list.rooms.length < count) list = await readOn(scope, list);
  return list;
}
