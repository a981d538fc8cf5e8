// `util.http`: headers of the answer, and those of a request without what belongs to its connection.
import { evaluation, raise } from 'parlor/evaluation';

// Taken before the script's world loses it.
const Pattern = RegExp;

const OF_A_CONNECTION = [
  'connection', 'content-length', 'expect', 'host', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'te',
  'transfer-encoding', 'upgrade',
];
// What an answer has anyway.
const TAKEN = [...OF_A_CONNECTION, 'content-type', 'date', 'server', 'trailer', 'vary', 'via'];
const TAKEN_PREFIXES = ['x-amz-', 'x-amzn-', 'access-control-'];
const MOST_BYTES = 4096;

const isName = new Pattern('^[\\w!#$%&\'*+.^`|~-]+$');
const isText = new Pattern('^[\\t\\x20-\\x7e]*$');

const copyHeaders = (headers) =>
  Object.fromEntries(
    Object.entries(headers ?? {}).filter(([name]) => !OF_A_CONNECTION.includes(name.toLowerCase())),
  );

const addResponseHeader = (name, value) => {
  const refuse = (why) => raise(`util.http.addResponseHeader: ${why}.`, 'Code');
  const lower = `${name}`.toLowerCase();
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
  if (!isName.test(lower)) refuse(`${name} is no name of a header`);
  if (TAKEN.includes(lower) || TAKEN_PREFIXES.some((prefix) => lower.startsWith(prefix))) {
    refuse(`the header ${name} is AppSync's own; choose another name`);
  }
  if (!isText.test(text)) refuse(`the value of ${name} must be printable ASCII; encode it, as with util.urlEncode`);
  evaluation.responseHeaders[lower] = text;
  const bytes = Object.entries(evaluation.responseHeaders).reduce((sum, [one, its]) => sum + one.length + its.length, 0);
  if (bytes > MOST_BYTES) refuse(`the headers of an answer may have at most ${MOST_BYTES} bytes together`);
};

export const http = {
  copyHeaders,
  addResponseHeader,
  addResponseHeaders(headers) {
    for (const [name, value] of Object.entries(headers ?? {})) {
      addResponseHeader(name, value);
    }
  },
};
