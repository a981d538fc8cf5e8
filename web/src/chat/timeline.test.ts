import { describe, expect, test } from 'vitest';
import { message } from './fixtures';
import { beginWith, emptyTimeline, hasGap, inOrder, merge } from './timeline';

const from = (...seqs: number[]) =>
  beginWith(
    emptyTimeline,
    seqs.map((seq) => message(seq)),
  );

describe('a timeline', () => {
  test('shows messages by sequence number, whatever the order of arrival', () => {
    const timeline = merge(from(4, 3), [message(6), message(2), message(5)]);
    expect(inOrder(timeline).map(({ seq }) => seq)).toEqual([2, 3, 4, 5, 6]);
    expect(timeline.span).toEqual({ first: 2, last: 6 });
  });

  test('keeps the highest version, also when an older one arrives later', () => {
    const edited = merge(from(1), [message(1, 3, 'third'), message(1, 2, 'second')]);
    expect(inOrder(edited).map(({ content }) => content?.text)).toEqual(['third']);
  });

  test('keeps the message it has when the same version comes again', () => {
    const timeline = from(1);
    const again = merge(timeline, [message(1, 1, 'the same version with a fresh link')]);
    expect(again.byId.get('m1')).toBe(timeline.byId.get('m1'));
  });

  test('has a gap as long as a sequence number is missing', () => {
    const broken = merge(from(1, 2), [message(5)]);
    expect(hasGap(broken)).toBe(true);
    expect(broken.span).toEqual({ first: 1, last: 2 });
    const almost = merge(broken, [message(4)]);
    expect(hasGap(almost)).toBe(true);
    const whole = merge(almost, [message(3)]);
    expect(hasGap(whole)).toBe(false);
    expect(whole.span).toEqual({ first: 1, last: 5 });
  });

  test('of an empty room has no gap, and the first message ever joins it', () => {
    const empty = from();
    expect(empty.span).toEqual({ first: 1, last: 0 });
    expect(hasGap(merge(empty, [message(1)]))).toBe(false);
    expect(hasGap(merge(empty, [message(2)]))).toBe(true);
  });

  test('keeps events that came before its first page', () => {
    const early = merge(emptyTimeline, [message(9)]);
    expect(hasGap(early)).toBe(false);
    const begun = beginWith(early, [message(8), message(7)]);
    expect(begun.span).toEqual({ first: 7, last: 9 });
  });

  test('notices what was lost between its first page and an earlier event', () => {
    const begun = beginWith(merge(emptyTimeline, [message(9)]), [message(7), message(6)]);
    expect(hasGap(begun)).toBe(true);
  });
});
