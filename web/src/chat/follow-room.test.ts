import { describe, expect, test } from 'vitest';
import { message, pretendRoom, settle } from './fixtures';
import { followRoom } from './follow-room';
import { inOrder } from './timeline';

function opened(pageSize: number, messages: number) {
  const room = pretendRoom(pageSize);
  room.send(messages);
  const followed = followRoom(room.source, () => {});
  return { room, followed, seqs: () => inOrder(followed.view().timeline).map(({ seq }) => seq) };
}

const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

describe('following a room', () => {
  test('shows the newest page before the connection is there, and is live once it is', async () => {
    const { room, followed, seqs } = opened(3, 5);
    await settle();
    expect(seqs()).toEqual([3, 4, 5]);
    expect(followed.view().state).toBe('reconnecting');
    room.connect();
    await settle();
    expect(followed.view().state).toBe('live');
  });

  test('misses nothing that was sent between the first page and the connection', async () => {
    const { room, seqs } = opened(3, 5);
    await settle();
    room.send(10);
    room.connect();
    await settle();
    expect(seqs()).toEqual(upTo(15, 3));
  });

  test('takes events as they come, without a request', async () => {
    const { room, seqs } = opened(10, 2);
    room.connect();
    await settle();
    const before = room.requests.length;
    room.send(3);
    await settle();
    expect(seqs()).toEqual(upTo(5));
    expect(room.requests.length).toBe(before);
  });

  test('fills the hole that an event reveals, from the last message before it', async () => {
    const { room, followed, seqs } = opened(10, 2);
    room.connect();
    await settle();
    room.stored.push(message(3), message(4)); // stored, but their events are lost
    room.send();
    await settle();
    expect(seqs()).toEqual(upTo(5));
    expect(room.requests.at(-1)).toBe('after 2');
    expect(followed.view().state).toBe('live');
  });

  test('after a break has every message, over as many pages as it takes', async () => {
    const { room, followed, seqs } = opened(10, 2);
    room.connect();
    await settle();
    room.disconnect();
    expect(followed.view().state).toBe('reconnecting');
    room.send(35);
    expect(seqs()).toEqual([1, 2]);
    room.connect();
    await settle();
    expect(seqs()).toEqual(upTo(37));
    expect(followed.view().state).toBe('live');
  });

  test('after a break sees also what was edited meanwhile', async () => {
    const { room, followed } = opened(10, 4);
    room.connect();
    await settle();
    room.disconnect();
    room.edit(2, 'better words');
    room.connect();
    await settle();
    expect(followed.view().timeline.byId.get('m2')?.content?.text).toBe('better words');
  });

  test('reads again when an event lacks its sequence number or version', async () => {
    const { room, seqs } = opened(10, 2);
    room.connect();
    await settle();
    room.stored.push(message(3));
    room.publish({ ...message(3), seq: null, version: null });
    await settle();
    expect(seqs()).toEqual(upTo(3));
  });

  test('tries again until the server answers', async () => {
    const room = pretendRoom(10);
    room.failWith(new Error('down'));
    room.send(3);
    const followed = followRoom(room.source, () => {});
    await settle();
    expect(followed.view().problem?.text).toBe('down');
    room.endPauses();
    await settle();
    expect(followed.view().timeline.byId.size).toBe(0);
    room.failWith(null);
    room.connect();
    room.endPauses();
    await settle();
    expect(followed.view().timeline.byId.size).toBe(3);
    expect(followed.view()).toMatchObject({ state: 'live', problem: null });
  });

  test('stops at a refusal, of a read or of the subscription', async () => {
    const room = pretendRoom(10);
    room.failWith(Object.assign(new Error('Members only.'), { name: 'Forbidden' }));
    const followed = followRoom(room.source, () => {});
    await settle();
    expect(followed.view()).toMatchObject({ state: 'refused', problem: { text: 'Members only.' } });

    const subscription = opened(10, 0);
    subscription.room.refuse({ kind: 'refused', type: 'Forbidden', text: 'Members only.' });
    await settle();
    expect(subscription.followed.view().state).toBe('refused');
  });

  test('pages back to the first message', async () => {
    const { room, followed, seqs } = opened(4, 10);
    room.connect();
    await settle();
    while (followed.view().hasOlder) await followed.loadOlder();
    expect(seqs()).toEqual(upTo(10));
    expect(followed.view().timeline.span).toEqual({ first: 1, last: 10 });
  });

  test('once closed listens no more and changes no more', async () => {
    const { room, followed, seqs } = opened(10, 1);
    room.connect();
    await settle();
    followed.close();
    room.send();
    await settle();
    expect(room.isListenedTo()).toBe(false);
    expect(seqs()).toEqual([1]);
  });
});
