import { describe, expect, test } from 'vitest';
import { message, settle } from './fixtures';
import { outgoing } from './outgoing';
import type { MessageEvent } from './types';

function desk() {
  const attempts: string[] = [];
  const sent: MessageEvent[] = [];
  let failing: Error | null = null;
  let wake = () => {};
  let ids = 0;
  const queue = outgoing({
    async send({ clientId, text }) {
      attempts.push(clientId);
      if (failing) throw failing;
      return { ...message(attempts.length, 1, text), clientId };
    },
    sent: (stored) => sent.push(stored),
    explain: (thrown) => ({
      kind: (thrown as Error).name === 'Forbidden' ? 'refused' : 'unreachable',
      type: null,
      text: (thrown as Error).message,
    }),
    pause: () => new Promise((resolve) => (wake = resolve)),
    newId: () => `c${(ids += 1)}`,
    now: () => '2026-11-20T12:00:00.000Z',
    changed() {},
  });
  return {
    queue,
    attempts,
    texts: () => sent.map(({ content }) => content?.text),
    failWith: (error: Error | null) => (failing = error),
    endPause: () => wake(),
  };
}

const draft = (text: string) => ({ text, attachments: [] });

describe('an outgoing message', () => {
  test('is there at once and gone when the server has it', async () => {
    const { queue, texts } = desk();
    queue.send(draft('hello'));
    expect(queue.list()).toMatchObject([{ text: 'hello', state: 'sending' }]);
    await settle();
    expect(queue.list()).toEqual([]);
    expect(texts()).toEqual(['hello']);
  });

  test('is repeated with the same clientId while the server is away, and keeps its place', async () => {
    const { queue, attempts, texts, failWith, endPause } = desk();
    failWith(new Error('down'));
    queue.send(draft('first'));
    queue.send(draft('second'));
    await settle();
    expect(queue.list().map(({ state }) => state)).toEqual(['waiting', 'sending']);
    failWith(null);
    endPause();
    await settle();
    expect(attempts).toEqual(['c1', 'c1', 'c2']);
    expect(texts()).toEqual(['first', 'second']);
  });

  test('that is refused waits for the person and does not hold up the next', async () => {
    const { queue, texts, failWith } = desk();
    failWith(Object.assign(new Error('Too long.'), { name: 'Forbidden' }));
    queue.send(draft('a novel'));
    await settle();
    expect(queue.list()).toMatchObject([{ state: 'refused', problem: { text: 'Too long.' } }]);
    failWith(null);
    queue.send(draft('a line'));
    await settle();
    expect(texts()).toEqual(['a line']);
    queue.retry('c1');
    await settle();
    expect(texts()).toEqual(['a line', 'a novel']);
    expect(queue.list()).toEqual([]);
  });

  test('can be discarded', async () => {
    const { queue, failWith } = desk();
    failWith(Object.assign(new Error('No.'), { name: 'Forbidden' }));
    queue.send(draft('never mind'));
    await settle();
    queue.discard('c1');
    expect(queue.list()).toEqual([]);
  });
});
