// The module '@aws-appsync/utils': `util`, `extensions` and `runtime`, by the types that AWS publishes (2.1).
import { filterExpression } from 'parlor/expressions';
import { evaluation, halt, raise } from 'parlor/evaluation';
import { http } from 'parlor/http';
import { native } from 'parlor/native';
import { checkedFilter, toSubscriptionFilter } from 'parlor/subscription-filters';
import { time } from 'parlor/time';
import * as dynamodb from 'parlor/values';

// Taken before the script's world loses it: APPSYNC_JS has no RegExp of its own.
const Pattern = RegExp;

// For data sources that are not here either.
const unavailable = (name, source) => () =>
  raise(`${name} is of ${source} data sources, which are not on localhost; let a function do it.`, 'UnsupportedOperation');

// AppSync is reported to pass over a call with a number where a text belongs, as if it were not there: a check that
// refuses so here would let people in there. https://github.com/aws/aws-appsync-community/issues/384
const insistOnTexts = (name, message, errorType) => {
  const isText = (value) => typeof value === 'string';
  if (!isText(message) || !(errorType === undefined || errorType === null || isText(errorType))) {
    const what = isText(message) ? `the errorType ${JSON.stringify(errorType)}` : `the message ${JSON.stringify(message)}`;
    raise(
      `util.${name}: ${what} is no text. AppSync ignores such a call and goes on; write util.${name}('a text', 'AType').`,
      'Code',
    );
  }
};

const errorTypes = {
  error(message, errorType, data, errorInfo) {
    insistOnTexts('error', message, errorType);
    raise(message, errorType, data, errorInfo);
  },
  appendError(message, errorType = null, data = null, errorInfo = null) {
    insistOnTexts('appendError', message, errorType);
    evaluation.appendedErrors.push({ message, errorType, data, errorInfo });
  },
  unauthorized() {
    const { fieldName, parentTypeName } = evaluation.info;
    raise(`Not Authorized to access ${fieldName} on type ${parentTypeName}`, 'Unauthorized');
  },
};

const ids = { autoId: native.uuid, autoUlid: native.ulid, autoKsuid: native.ksuid };

const FORM_ESCAPES = { '!': '%21', "'": '%27', '(': '%28', ')': '%29', '~': '%7E', '%20': '+' };
const SHORT_ESCAPES = { '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const fourHex = (unit) => `000${unit.codePointAt(0).toString(16).toUpperCase()}`.slice(-4);

const encodings = {
  escapeJavaScript: (value) =>
    value
      .replace(/['"\\/]/g, (character) => `\\${character}`)
      .replace(/[^\x20-\x7e]/g, (unit) => SHORT_ESCAPES[unit] ?? `\\u${fourHex(unit)}`),
  urlEncode: (value) => encodeURIComponent(value).replace(/[!'()~]|%20/g, (found) => FORM_ESCAPES[found]),
  urlDecode: (value) => decodeURIComponent(value.replaceAll('+', ' ')),
  base64Encode: native.base64Encode,
  base64Decode: native.base64Decode,
};

const authTypes = [
  ['userArn', 'IAM Authorization'],
  ['username', 'User Pool Authorization'],
  ['issuer', 'Open ID Connect Authorization'],
  ['resolverContext', 'Lambda Authorization'],
];

const patterns = {
  // As Java's Pattern.matches, whose example AWS quotes: the whole value has to match.
  matches: (pattern, value) => new Pattern(`^(?:${pattern})$`).test(value),
  authType() {
    const identity = evaluation.identity ?? {};
    const found = authTypes.find(([property]) => Object.hasOwn(identity, property));
    return found ? found[1] : 'API Key Authorization';
  },
};

const str = { normalize: (value, form) => value.normalize(form.toUpperCase()) };

const math = {
  roundNum: (input) => Math.round(input),
  minVal: (a, b) => Math.min(a, b),
  maxVal: (a, b) => Math.max(a, b),
  randomDouble: () => Math.random(),
  randomWithinRange: (start, end) => start + Math.floor(Math.random() * (end - start)),
};

const transform = {
  toDynamoDBFilterExpression: (filter) => JSON.stringify(filterExpression(filter)),
  toDynamoDBConditionExpression: (condition) => JSON.stringify(filterExpression(condition)),
  toSubscriptionFilter,
  toElasticsearchQueryDSL: unavailable('util.transform.toElasticsearchQueryDSL', 'OpenSearch'),
};

const absent = {
  xml: { toMap: unavailable('util.xml.toMap', 'HTTP'), toJsonString: unavailable('util.xml.toJsonString', 'HTTP') },
  rds: { toJsonObject: unavailable('util.rds.toJsonObject', 'RDS') },
};

// Of mapping templates (VTL), and missed by whoever comes from there.
const ofTemplates = {};
const inJavaScript = {
  isNull: 'value === null',
  isNullOrEmpty: '!value',
  isNullOrBlank: '!value?.trim()',
  defaultIfNull: 'value ?? fallback',
  defaultIfNullOrEmpty: 'value || fallback',
  defaultIfNullOrBlank: 'value?.trim() ? value : fallback',
  isString: "typeof value === 'string'",
  isNumber: "typeof value === 'number'",
  isBoolean: "typeof value === 'boolean'",
  isList: 'Array.isArray(value)',
  isMap: "typeof value === 'object'",
  typeOf: 'typeof value',
  toJson: 'JSON.stringify(value)',
  parseJson: 'JSON.parse(text)',
  validate: 'if (!condition) util.error(message, errorType)',
  qr: 'the expression itself',
  quiet: 'the expression itself',
};
for (const [name, replacement] of Object.entries(inJavaScript)) {
  ofTemplates[name] = () =>
    raise(`util.${name} exists in mapping templates only; in JavaScript write: ${replacement}`, 'Code');
}
const strOfTemplates = { toUpper: 'toUpperCase()', toLower: 'toLowerCase()', toReplace: 'replaceAll(from, to)' };
for (const [name, replacement] of Object.entries(strOfTemplates)) {
  str[name] = () =>
    raise(`util.str.${name} exists in mapping templates only; in JavaScript write: text.${replacement}`, 'Code');
}

export const util = Object.freeze({
  ...ofTemplates,
  ...absent,
  ...errorTypes,
  ...ids,
  ...encodings,
  ...patterns,
  dynamodb: { ...dynamodb },
  http,
  math,
  str,
  time,
  transform,
});

export const extensions = Object.freeze({
  setSubscriptionFilter(filter) {
    evaluation.subscriptionFilter = checkedFilter(filter, 'setSubscriptionFilter');
  },
  setSubscriptionInvalidationFilter(filter) {
    evaluation.subscriptionInvalidationFilter = checkedFilter(filter, 'setSubscriptionInvalidationFilter');
  },
  invalidateSubscriptions(invalidation) {
    if (typeof invalidation?.subscriptionField !== 'string' || typeof invalidation.payload !== 'object') {
      raise('extensions.invalidateSubscriptions takes { subscriptionField, payload }.', 'Code');
    }
    if (evaluation.invalidations.length === 5) {
      raise('extensions.invalidateSubscriptions may be called at most 5 times in a request.', 'Code');
    }
    evaluation.invalidations.push(invalidation);
  },
  // There is no cache on localhost, so nothing stays in it.
  evictFromApiCache() {},
});

export const runtime = Object.freeze({
  earlyReturn(value = null, options = {}) {
    evaluation.value = value;
    evaluation.earlyReturn = options.skipTo === 'END' ? 'END' : 'NEXT';
    halt();
  },
});
