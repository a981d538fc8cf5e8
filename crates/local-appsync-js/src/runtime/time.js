// `util.time`: timestamps, and the patterns of Java's DateTimeFormatter that AppSync formats with.
import { raise } from 'parlor/evaluation';
import { native } from 'parlor/native';

const MONTHS = [
  'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October',
  'November', 'December',
];
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

// Taken before the script's world loses it.
const Pattern = RegExp;

const padded = (number, digits) => {
  const text = `${number}`;
  return text.length < digits ? `${'0000000000'.slice(0, digits - text.length)}${text}` : text;
};
const millis = (text) => Number(`${text}00`.slice(0, 3));
const twelve = (hour) => (hour % 12 === 0 ? 12 : hour % 12);
const short = (names) => names.map((name) => name.slice(0, 3));

// +02:00 as milliseconds and back.
const offsetText = (offset_ms, separator) => {
  const minutes = Math.abs(offset_ms) / 60000;
  const sign = offset_ms < 0 ? '-' : '+';
  return `${sign}${padded(Math.floor(minutes / 60), 2)}${separator}${padded(minutes % 60, 2)}`;
};

// What each letter writes, given the local date, the letter's count, the offset and the zone's name.
const WRITERS = {
  y: (date, count) => (count === 2 ? padded(date.getUTCFullYear() % 100, 2) : padded(date.getUTCFullYear(), count)),
  M: (date, count) => {
    const month = date.getUTCMonth();
    if (count === 3) return short(MONTHS)[month];
    return count > 3 ? MONTHS[month] : padded(month + 1, count);
  },
  d: (date, count) => padded(date.getUTCDate(), count),
  E: (date, count) => (count > 3 ? WEEKDAYS : short(WEEKDAYS))[date.getUTCDay()],
  a: (date) => (date.getUTCHours() < 12 ? 'AM' : 'PM'),
  H: (date, count) => padded(date.getUTCHours(), count),
  h: (date, count) => padded(twelve(date.getUTCHours()), count),
  m: (date, count) => padded(date.getUTCMinutes(), count),
  s: (date, count) => padded(date.getUTCSeconds(), count),
  S: (date, count) => `${padded(date.getUTCMilliseconds(), 3)}000000`.slice(0, count),
  X: (date, count, offset_ms) => (offset_ms === 0 ? 'Z' : offsetText(offset_ms, count > 2 ? ':' : '')),
  x: (date, count, offset_ms) => offsetText(offset_ms, count > 2 ? ':' : ''),
  Z: (date, count, offset_ms) => offsetText(offset_ms, count > 4 ? ':' : ''),
  z: (date, count, offset_ms, zone) => zone,
  V: (date, count, offset_ms, zone) => zone,
};
WRITERS.u = WRITERS.y;
WRITERS.L = WRITERS.M;

// A pattern as a list of literals and { letter, count }.
const parsed = (pattern) => {
  const parts = pattern.match(/'(?:[^']|'')*'|([A-Za-z])\1*|[^A-Za-z']+/g) ?? [];
  if (parts.join('') !== pattern) {
    raise(`The date format ${pattern} has a quote without an end.`, 'Code');
  }
  return parts.map((part) => {
    if (part === "''") return "'";
    if (part[0] === "'") return part.slice(1, -1).replaceAll("''", "'");
    if (!/[A-Za-z]/.test(part[0])) return part;
    if (!WRITERS[part[0]]) {
      raise(`The letter ${part[0]} of date formats is not available on localhost.`, 'UnsupportedOperation');
    }
    return { letter: part[0], count: part.length };
  });
};

const offsetOf = (zone, epoch_ms) => {
  const found = native.offsetMs(zone, epoch_ms);
  return found ?? raise(`${zone} is not a time zone; give one such as UTC, +02:00 or Europe/Berlin.`, 'Code');
};

const format = (epoch_ms, pattern, zone = 'UTC') => {
  const offset_ms = offsetOf(zone, epoch_ms);
  const local = new Date(epoch_ms + offset_ms);
  return parsed(pattern)
    .map((part) => (part.letter ? WRITERS[part.letter](local, part.count, offset_ms, zone) : part))
    .join('');
};

const escaped = (literal) => literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const NAMES = { M: MONTHS, L: MONTHS, E: WEEKDAYS };

// What each letter reads: a pattern of its text.
const reader = ({ letter, count }) => {
  if (letter === 'a') return '(AM|PM)';
  if ('XxZ'.includes(letter)) return '(Z|[+-]\\d{2}:?\\d{2})';
  if ('zV'.includes(letter)) return '([A-Za-z_/+:\\d-]+)';
  if (NAMES[letter] && (letter === 'E' || count > 2)) {
    return `(${(count > 3 ? NAMES[letter] : short(NAMES[letter])).join('|')})`;
  }
  return count === 1 ? '(\\d+)' : `(\\d{${count}})`;
};

const parse = (timestamp, pattern, zone = 'UTC') => {
  const parts = parsed(pattern);
  const expected = parts.map((part) => (part.letter ? reader(part) : escaped(part))).join('');
  const found = new Pattern(`^${expected}$`).exec(timestamp);
  if (!found) {
    raise(`${timestamp} is not written as ${pattern}.`, 'Code');
  }
  const read = {};
  parts.filter((part) => part.letter).forEach(({ letter, count }, index) => {
    read[letter] = { text: found[index + 1], count };
  });
  return epochOf(read, zone);
};

const numberOf = (field, absent) => (field ? Number(field.text) : absent);

const epochOf = (read, zone) => {
  const year = read.y ?? read.u;
  const month = read.M ?? read.L;
  const named = month && month.count > 2 ? short(MONTHS).indexOf(month.text.slice(0, 3)) : numberOf(month, 1) - 1;
  const afternoon = read.a?.text === 'PM' ? 12 : 0;
  const hour = read.h ? (numberOf(read.h) % 12) + afternoon : numberOf(read.H, 0);
  const local = Date.UTC(
    year?.count === 2 ? 2000 + Number(year.text) : numberOf(year, 1970), named, numberOf(read.d, 1),
    hour, numberOf(read.m, 0), numberOf(read.s, 0), read.S ? millis(read.S.text) : 0,
  );
  const written = (read.X ?? read.x ?? read.Z ?? read.z ?? read.V)?.text;
  // A named zone's offset is that of the moment; a second look settles the hours around a change.
  const first = local - offsetOf(written ?? zone, local);
  return local - offsetOf(written ?? zone, first);
};

const iso = (timestamp) => {
  const epoch_ms = Date.parse(timestamp);
  return Number.isNaN(epoch_ms) ? raise(`${timestamp} is not an ISO 8601 timestamp.`, 'Code') : epoch_ms;
};

export const time = {
  nowISO8601: () => new Date().toISOString(),
  nowEpochSeconds: () => Math.floor(Date.now() / 1000),
  nowEpochMilliSeconds: () => Date.now(),
  nowFormatted: (pattern, zone) => format(Date.now(), pattern, zone),
  parseFormattedToEpochMilliSeconds: parse,
  parseISO8601ToEpochMilliSeconds: iso,
  epochMilliSecondsToSeconds: (epoch_ms) => Math.floor(epoch_ms / 1000),
  epochMilliSecondsToISO8601: (epoch_ms) => new Date(epoch_ms).toISOString(),
  epochMilliSecondsToFormatted: format,
};
