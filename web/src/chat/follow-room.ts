// Follows one room without losing a message: the rule of `syncMessages`, apart from Amplify and React.
//
// Events are lost whenever the connection breaks, and may be lost in the moment it comes back. So: subscribe
// first; at every (re)connection read again what is shown and everything newer; and whenever an event reveals
// a hole, read from the last message before the hole.
import type { Problem } from '../problems';
import { beginWith, emptyTimeline, hasGap, merge, type Timeline } from './timeline';
import { isWhole, type Message, type MessageEvent, type MessageSync, type Page } from './types';

/** What following a room needs from outside. */
export interface RoomSource {
  /** The subscription. `connected` is called at its start and again after every reconnection. */
  listen(listener: {
    event(message: MessageEvent): void;
    connected(): void;
    disconnected(): void;
    refused(problem: Problem): void;
  }): () => void;
  listMessages(nextToken: string | null): Promise<Page<Message>>;
  syncMessages(afterSeq: number): Promise<MessageSync>;
  explain(thrown: unknown): Problem;
  /** Resolves after so many milliseconds. */
  pause(ms: number): Promise<void>;
}

export interface RoomView {
  readonly timeline: Timeline;
  /** `live`: connected, and nothing missing as far as we know. */
  readonly state: 'opening' | 'live' | 'catching-up' | 'reconnecting' | 'refused';
  readonly problem: Problem | null;
  readonly hasOlder: boolean;
}

export interface FollowedRoom {
  view(): RoomView;
  /** Takes in what this page itself sent or changed, without waiting for the event. */
  absorb(message: MessageEvent): void;
  loadOlder(): Promise<void>;
  /** Looks for anything missed now, e.g. when the tab is shown again. */
  check(): void;
  close(): void;
}

/** How far back a reconnection looks for edits and deletions of messages that are already shown. */
export const REREAD_AT_MOST = 500;

export function followRoom(source: RoomSource, changed: () => void): FollowedRoom {
  let view: RoomView = { timeline: emptyTimeline, state: 'opening', problem: null, hasOlder: false };
  let olderToken: string | null = null;
  let isConnected = false;
  let isClosed = false;
  let isReading = false;
  // What the next reading must cover; null when there is nothing to read.
  let wanted: 'newer' | 'shown-and-newer' | null = null;

  const show = (change: Partial<RoomView>) => {
    if (isClosed || view.state === 'refused') return;
    view = { ...view, ...change };
    changed();
  };

  const want = (what: 'newer' | 'shown-and-newer') => {
    wanted = wanted === 'shown-and-newer' ? wanted : what;
    void read();
  };

  async function read(): Promise<void> {
    if (isReading) return;
    isReading = true;
    for (let attempt = 0; wanted && !isClosed && view.state !== 'refused';) {
      const what = wanted;
      wanted = null;
      try {
        await catchUp(what);
        attempt = 0;
        if (!wanted) show({ state: isConnected ? 'live' : 'reconnecting', problem: null });
      } catch (thrown) {
        const problem = source.explain(thrown);
        if (problem.kind === 'refused') {
          show({ state: 'refused', problem });
        } else {
          wanted = what;
          show({ problem });
          attempt += 1;
          await source.pause(Math.min(1000 * 2 ** (attempt - 1), 10_000));
        }
      }
    }
    isReading = false;
  }

  async function catchUp(what: 'newer' | 'shown-and-newer'): Promise<void> {
    if (!view.timeline.span) {
      const page = await source.listMessages(null);
      olderToken = page.nextToken;
      show({ timeline: beginWith(view.timeline, page.items), hasOlder: olderToken !== null });
      return;
    }
    const { first, last } = view.timeline.span;
    let after = what === 'newer' ? last : Math.max(first - 1, last - REREAD_AT_MOST);
    for (;;) {
      const { items, headSeq } = await source.syncMessages(after);
      if (isClosed) return;
      show({ timeline: merge(view.timeline, items) });
      after = items.reduce((highest, message) => Math.max(highest, message.seq), after);
      if (after >= headSeq) return;
      if (items.length === 0) throw new Error(`syncMessages gave nothing after ${after} of ${headSeq}`);
    }
  }

  const absorb = (event: MessageEvent) => {
    if (isClosed) return;
    if (!isWhole(event)) return want('shown-and-newer');
    show({ timeline: merge(view.timeline, [event]) });
    if (hasGap(view.timeline)) want('newer');
  };

  const stopListening = source.listen({
    event: absorb,
    connected() {
      isConnected = true;
      if (view.timeline.span) show({ state: 'catching-up' });
      want('shown-and-newer');
    },
    disconnected() {
      isConnected = false;
      if (view.state !== 'opening') show({ state: 'reconnecting' });
    },
    refused: (problem) => show({ state: 'refused', problem }),
  });
  // The first page need not wait for the connection: `connected` reads it again.
  want('newer');

  return {
    view: () => view,
    absorb,
    async loadOlder() {
      if (olderToken === null) return;
      const page = await source.listMessages(olderToken);
      olderToken = page.nextToken;
      show({ timeline: merge(view.timeline, page.items), hasOlder: olderToken !== null });
    },
    check: () => want('newer'),
    close() {
      isClosed = true;
      stopListening();
    },
  };
}
