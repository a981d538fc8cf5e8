// Makes the world that a script sees, and runs one of its handlers.
import { evaluation, halted } from 'parlor/evaluation';
import { native } from 'parlor/native';
import { extensions, runtime, util } from '@aws-appsync/utils';

const KEPT_GLOBALS = [
  'Array', 'Boolean', 'Date', 'Infinity', 'JSON', 'Math', 'NaN', 'Number', 'Object', 'String',
  'decodeURI', 'decodeURIComponent', 'encodeURI', 'encodeURIComponent', 'isFinite', 'isNaN',
  'parseFloat', 'parseInt', 'undefined',
];

// The methods that AWS's eslint plugin knows as missing.
const MISSING_METHODS = [
  ['Array', Array, ['from', 'of']],
  ['Array.prototype', Array.prototype, ['copyWithin', 'entries', 'keys', 'values']],
  ['Object', Object, [
    'create', 'defineProperties', 'defineProperty', 'freeze', 'getOwnPropertyDescriptor',
    'getOwnPropertyDescriptors', 'getOwnPropertyNames', 'getOwnPropertySymbols', 'getPrototypeOf', 'is',
    'isExtensible', 'isFrozen', 'isSealed', 'preventExtensions', 'seal', 'setPrototypeOf',
  ]],
  ['Object.prototype', Object.prototype, ['hasOwnProperty', 'isPrototypeOf', 'propertyIsEnumerable']],
  ['String', String, ['fromCharCode', 'fromCodePoint', 'raw']],
  ['String.prototype', String.prototype, [
    'charCodeAt', 'localeCompare', 'matchAll', 'padEnd', 'padStart', 'repeat', 'search',
    'toLocaleLowerCase', 'toLocaleUpperCase',
  ]],
  ['Date.prototype', Date.prototype, [
    'setDate', 'setFullYear', 'setHours', 'setMilliseconds', 'setMinutes', 'setMonth', 'setSeconds',
    'setTime', 'setUTCDate', 'setUTCFullYear', 'setUTCHours', 'setUTCMilliseconds', 'setUTCMinutes',
    'setUTCMonth', 'setUTCSeconds', 'setYear', 'toGMTString', 'toLocaleDateString', 'toLocaleString',
    'toLocaleTimeString',
  ]],
];

// Taken before they are gone.
const { freeze } = Object;
const world = globalThis;
const MissingMethod = TypeError;

const globals = Object.getOwnPropertyNames(world);
for (const [owner, object, methods] of MISSING_METHODS) {
  for (const method of methods) {
    object[method] = () => {
      throw new MissingMethod(`APPSYNC_JS has no ${owner}.${method}`);
    };
  }
}

const told = (value) => (typeof value === 'string' ? value : JSON.stringify(value));
const log = (level) => (...values) => native.log(level, values.map(told).join(' '));

world.console = { log: log('info'), error: log('error') };
world.util = util;
world.extensions = extensions;
world.runtime = runtime;
for (const name of globals) {
  if (!KEPT_GLOBALS.includes(name)) {
    delete world[name];
  }
}

export function evaluate(handler, contextAsJson) {
  const given = JSON.parse(contextAsJson);
  const args = given.arguments ?? {};
  // Frozen, as in AWS: a handler may fill the stash but not exchange it.
  const context = freeze({
    env: {}, identity: null, source: null, info: {}, request: {},
    ...given,
    arguments: args, args, stash: given.stash ?? {},
  });
  evaluation.identity = context.identity;
  evaluation.info = context.info;
  try {
    evaluation.value = handler(context);
  } catch (thrown) {
    if (thrown !== halted) {
      throw thrown;
    }
  }
  return JSON.stringify({ ...evaluation, stash: context.stash });
}
