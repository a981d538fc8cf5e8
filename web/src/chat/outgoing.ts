// Messages on their way: shown at once, sent one after another, and repeated until the server has answered.
//
// Repeating is safe because every message carries a `clientId`: the server stores it once and answers a
// repetition with the stored message.
import type { Problem } from '../problems';
import type { Attachment, MessageEvent } from './types';

export interface Draft {
  text: string;
  attachments: Attachment[];
}

export interface OutgoingMessage extends Draft {
  readonly clientId: string;
  readonly createdAt: string;
  /** `waiting`: the network or the server is away, we keep trying. `refused`: it is up to the person. */
  readonly state: 'sending' | 'waiting' | 'refused';
  readonly problem: Problem | null;
}

export interface Outgoing {
  list(): readonly OutgoingMessage[];
  send(draft: Draft): void;
  retry(clientId: string): void;
  discard(clientId: string): void;
  close(): void;
}

export function outgoing(ports: {
  send(message: OutgoingMessage): Promise<MessageEvent>;
  sent(message: MessageEvent): void;
  explain(thrown: unknown): Problem;
  pause(ms: number): Promise<void>;
  newId(): string;
  now(): string;
  changed(): void;
}): Outgoing {
  let messages: readonly OutgoingMessage[] = [];
  let isSending = false;
  let isClosed = false;

  const set = (next: readonly OutgoingMessage[]) => {
    messages = next;
    if (!isClosed) ports.changed();
  };
  const mark = (clientId: string, change: Partial<OutgoingMessage>) =>
    set(messages.map((message) => (message.clientId === clientId ? { ...message, ...change } : message)));
  const without = (clientId: string) => messages.filter((message) => message.clientId !== clientId);

  // One at a time, so that messages arrive in the order in which they were written.
  async function work(): Promise<void> {
    if (isSending) return;
    isSending = true;
    for (let attempt = 0; !isClosed;) {
      const next = messages.find((message) => message.state !== 'refused');
      if (!next) break;
      try {
        const stored = await ports.send(next);
        attempt = 0;
        ports.sent(stored);
        set(without(next.clientId));
      } catch (thrown) {
        const problem = ports.explain(thrown);
        const isRefused = problem.kind !== 'unreachable';
        mark(next.clientId, { state: isRefused ? 'refused' : 'waiting', problem });
        if (!isRefused) await ports.pause(Math.min(500 * 2 ** attempt++, 10_000));
      }
    }
    isSending = false;
  }

  return {
    list: () => messages,
    send(draft) {
      const message = { ...draft, clientId: ports.newId(), createdAt: ports.now() };
      set([...messages, { ...message, state: 'sending', problem: null }]);
      void work();
    },
    retry(clientId) {
      mark(clientId, { state: 'sending', problem: null });
      void work();
    },
    discard: (clientId) => set(without(clientId)),
    close() {
      isClosed = true;
    },
  };
}
