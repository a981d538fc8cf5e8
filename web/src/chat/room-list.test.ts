import { describe, expect, test } from 'vitest';
import { nothing, renewed } from './room-list';
import type { Room } from './types';

const room = (id: string, headSeq = 0): Room => ({
  id,
  name: id,
  visibility: 'PUBLIC',
  ownerId: 'ann',
  createdAt: '2026-11-20T12:00:00.000Z',
  headSeq,
});
const list = (ids: string, nextToken: string | null = null) => ({ rooms: [...ids].map((id) => room(id)), nextToken });
const ids = ({ rooms }: { rooms: Room[] }) => rooms.map(({ id }) => id).join('');

describe('a list that was read', () => {
  test('is shown as it was read, if nothing happened meanwhile', () => {
    const read = list('abc', 'more');
    expect(renewed(nothing, nothing, read)).toEqual(read);
    expect(ids(renewed(list('xab'), list('xab'), read))).toBe('abc');
  });

  test('keeps a room that came by an event while it was read', () => {
    expect(ids(renewed(list('ab'), list('nab'), list('abc')))).toBe('nabc');
    expect(ids(renewed(list('ab'), list('nab'), list('nab')))).toBe('nab');
  });

  test('does not bring back a room that went while it was read', () => {
    expect(ids(renewed(list('ab'), list('a'), list('abc')))).toBe('ac');
  });
});
