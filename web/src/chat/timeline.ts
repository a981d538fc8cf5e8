// The messages of one room as far as we know them, and from where to where nothing is missing.
//
// Two facts make it safe to merge anything at any time, in any order and more than once:
// a message with a higher `version` replaces the same message with a lower one, and `seq` runs
// 1, 2, 3 … without holes, so a hole in what we hold is a message that we have not received yet.
import type { Message } from './types';

export interface Timeline {
  readonly byId: ReadonlyMap<string, Message>;
  /** Every message with `first <= seq <= last` is held; null until the first page says where we begin. */
  readonly span: { readonly first: number; readonly last: number } | null;
}

export const emptyTimeline: Timeline = { byId: new Map(), span: null };

/** Adds what is new, replaces what has a higher version, and stretches the span over whatever now joins it. */
export function merge(timeline: Timeline, messages: readonly Message[]): Timeline {
  const byId = new Map(timeline.byId);
  for (const message of messages) {
    const held = byId.get(message.id);
    if (!held || held.version < message.version) byId.set(message.id, message);
  }
  return { byId, span: timeline.span && stretch(timeline.span, byId) };
}

/** The newest page came in: nothing is missing from its oldest message on. */
export function beginWith(timeline: Timeline, newestPage: readonly Message[]): Timeline {
  const { byId } = merge(timeline, newestPage);
  const first = newestPage.length ? Math.min(...newestPage.map((message) => message.seq)) : 1;
  return { byId, span: stretch({ first, last: first - 1 }, byId) };
}

/** True when a held message lies beyond the span: something between is missing. */
export function hasGap(timeline: Timeline): boolean {
  const { span } = timeline;
  return span !== null && [...timeline.byId.values()].some((message) => message.seq > span.last);
}

/** What to show, oldest first. */
export function inOrder(timeline: Timeline): Message[] {
  return [...timeline.byId.values()].sort((a, b) => a.seq - b.seq);
}

function stretch(span: { first: number; last: number }, byId: ReadonlyMap<string, Message>) {
  const held = new Set([...byId.values()].map((message) => message.seq));
  let { first, last } = span;
  while (held.has(last + 1)) last += 1;
  while (held.has(first - 1)) first -= 1;
  return { first, last };
}
