// A list of rooms, read page by page, while rooms come and go by events.
import type { Room } from './types';

export interface RoomList {
  rooms: Room[];
  nextToken: string | null;
}

export const nothing: RoomList = { rooms: [], nextToken: null };

/** What was read, with what has come and gone since: `before` is the list when reading began, `now` as it is. */
export function renewed(before: RoomList, now: RoomList, read: RoomList): RoomList {
  const [had, has] = [ids(before), ids(now)];
  const come = now.rooms.filter(({ id }) => !had.has(id));
  const rooms = read.rooms.filter(({ id }) => has.has(id) || !had.has(id));
  return { rooms: unique([...come, ...rooms]), nextToken: read.nextToken };
}

/** The first of each id; rooms carry no version, and the first is the newest news. */
export function unique(rooms: Room[]): Room[] {
  return [...new Map(rooms.toReversed().map((room) => [room.id, room])).values()].reverse();
}

const ids = ({ rooms }: RoomList) => new Set(rooms.map(({ id }) => id));
