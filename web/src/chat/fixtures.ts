// A room on a pretend server, for the tests beside this file: it stores, pages, syncs, and can be cut off.
import type { Problem } from '../problems';
import type { RoomSource } from './follow-room';
import type { Message, MessageEvent } from './types';

export function message(seq: number, version = 1, text = `message ${seq}`): Message {
  return {
    id: `m${seq}`,
    roomId: 'r1',
    seq,
    clientId: null,
    sender: { id: 'ann', name: 'Ann', avatarUrl: null },
    content: { text, attachments: [] },
    createdAt: '2026-11-20T12:00:00.000Z',
    updatedAt: null,
    deletedAt: null,
    version,
  };
}

/** `pageSize` is both the history's and the catch-up's. */
export function pretendRoom(pageSize: number) {
  const stored: Message[] = [];
  const requests: string[] = [];
  let listener: Parameters<RoomSource['listen']>[0] | undefined;
  let isConnected = false;
  let failing: Error | null = null;
  // Pauses end when the test says so: no test waits for real time.
  let wake: (() => void)[] = [];

  const publish = (event: MessageEvent) => {
    if (isConnected) listener?.event(event);
  };
  const fail = () => {
    if (failing) throw failing;
  };
  const source: RoomSource = {
    listen(newListener) {
      listener = newListener;
      return () => (listener = undefined);
    },
    async listMessages(nextToken) {
      requests.push('list');
      fail();
      const newestFirst = [...stored].reverse();
      const from = Number(nextToken ?? 0);
      const items = newestFirst.slice(from, from + pageSize);
      return { items, nextToken: from + pageSize < stored.length ? String(from + pageSize) : null };
    },
    async syncMessages(afterSeq) {
      requests.push(`after ${afterSeq}`);
      fail();
      const items = stored.filter(({ seq }) => seq > afterSeq).slice(0, pageSize);
      return { items, headSeq: stored.length };
    },
    explain: (thrown): Problem => ({
      kind: (thrown as Error).name === 'Forbidden' ? 'refused' : 'unreachable',
      type: (thrown as Error).name,
      text: (thrown as Error).message,
    }),
    pause: () => new Promise((resolve) => wake.push(resolve)),
  };

  return {
    source,
    requests,
    stored,
    send(count = 1) {
      for (let i = 0; i < count; i += 1) {
        stored.push(message(stored.length + 1));
        publish(stored.at(-1)!);
      }
    },
    edit(seq: number, text: string) {
      const edited = message(seq, stored[seq - 1]!.version + 1, text);
      stored[seq - 1] = edited;
      publish(edited);
    },
    publish,
    connect() {
      isConnected = true;
      listener?.connected();
    },
    disconnect() {
      isConnected = false;
      listener?.disconnected();
    },
    refuse: (problem: Problem) => listener?.refused(problem),
    failWith(error: Error | null) {
      failing = error;
    },
    endPauses() {
      const waiting = wake;
      wake = [];
      for (const resume of waiting) resume();
    },
    isListenedTo: () => listener !== undefined,
  };
}

/** Lets everything that is ready to run, run. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 50; i += 1) await Promise.resolve();
}
