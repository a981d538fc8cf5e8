// From filter objects, such as { title: { beginsWith: 'a' }, or: [ … ] }, to DynamoDB expressions.
import { raise } from 'parlor/evaluation';
import { toDynamoDB } from 'parlor/values';

const COMPARISONS = { eq: '=', ne: '<>', le: '<=', lt: '<', ge: '>=', gt: '>' };
const OTHER_OPERATORS = [
  'in', 'between', 'beginsWith', 'contains', 'notContains', 'attributeExists', 'attributeType', 'size',
];
const ATTRIBUTE_TYPES = {
  _null: 'NULL', string: 'S', stringSet: 'SS', number: 'N', numberSet: 'NS', binary: 'B', binarySet: 'BS',
  boolean: 'BOOL', list: 'L', map: 'M',
};
const OPERATORS = [...Object.keys(COMPARISONS), ...OTHER_OPERATORS];

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

// Collects placeholders: `#name` for attribute names, `:name_operator` for values, numbered when taken.
export const placeholders = () => {
  const names = {};
  const values = {};
  const safe = (name) => name.split('').map((c) => (/\w/.test(c) ? c : '_')).join('');
  const free = (taken, wanted, value) => {
    let key = wanted;
    for (let n = 2; Object.hasOwn(taken, key) && taken[key] !== value; n += 1) {
      key = `${wanted}_${n}`;
    }
    return key;
  };
  return {
    names,
    values,
    name(attribute) {
      const key = free(names, `#${safe(attribute)}`, attribute);
      names[key] = attribute;
      return key;
    },
    value(label, value) {
      const key = free(values, `:${safe(label)}`);
      values[key] = toDynamoDB(value);
      return key;
    },
    expression(text) {
      const withNames = Object.keys(names).length > 0 ? { expressionNames: names } : {};
      const withValues = Object.keys(values).length > 0 ? { expressionValues: values } : {};
      return { expression: text, ...withNames, ...withValues };
    },
  };
};

const operation = (into, path, label, operator, operand) => {
  const value = (given = operand) => into.value(`${label}_${operator}`, given);
  switch (operator) {
    case 'in':
      return `${path} IN (${operand.map((one) => value(one)).join(', ')})`;
    case 'between':
      return `${path} BETWEEN ${value(operand[0])} AND ${value(operand[1])}`;
    case 'beginsWith':
      return `begins_with(${path}, ${value()})`;
    case 'contains':
      return `contains(${path}, ${value()})`;
    case 'notContains':
      return `NOT contains(${path}, ${value()})`;
    case 'attributeExists':
      return `${operand ? 'attribute_exists' : 'attribute_not_exists'}(${path})`;
    case 'attributeType':
      return `attribute_type(${path}, ${value(ATTRIBUTE_TYPES[operand] ?? operand)})`;
    case 'size':
      return isObject(operand)
        ? operations(into, `size(${path})`, `${label}_size`, operand)
        : `size(${path}) = ${value()}`;
    default:
      return `${path} ${COMPARISONS[operator]} ${value()}`;
  }
};

const all = (parts) => (parts.length === 1 ? parts[0] : parts.map((part) => `(${part})`).join(' AND '));

const operations = (into, path, label, given) =>
  all(Object.entries(given).map(([operator, operand]) => operation(into, path, label, operator, operand)));

const attribute = (into, parentPath, parentLabel, name, given) => {
  const path = `${parentPath}${into.name(name)}`;
  const label = `${parentLabel}${name}`;
  if (!isObject(given) || Object.keys(given).length === 0) {
    raise(`The filter of ${name} must be an object of operators, such as { eq: 'a' }.`, 'Code');
  }
  const keys = Object.keys(given);
  if (keys.every((key) => OPERATORS.includes(key))) {
    return operations(into, path, label, given);
  }
  const unknown = keys.find((key) => !isObject(given[key]));
  if (unknown) {
    raise(`${unknown} is not a filter operator; there are ${OPERATORS.join(', ')}.`, 'Code');
  }
  return all(keys.map((key) => attribute(into, `${path}.`, `${label}_`, key, given[key])));
};

// A list of alternatives or demands may also be a single object.
const list = (value) => (Array.isArray(value) ? value : [value]);

const condition = (into, filter) => {
  const parts = [];
  for (const [key, given] of Object.entries(filter)) {
    if (given === null || given === undefined) {
      // Left out, as the optional arguments of a GraphQL filter are.
    } else if (key === 'and' || key === 'or') {
      const inner = list(given).map((one) => `(${condition(into, one)})`);
      parts.push(inner.join(key === 'and' ? ' AND ' : ' OR '));
    } else if (key === 'not') {
      parts.push(`NOT (${condition(into, given)})`);
    } else {
      parts.push(attribute(into, '', '', key, given));
    }
  }
  if (parts.length === 0) {
    raise('A filter needs at least one condition.', 'Code');
  }
  return all(parts);
};

// { expression, expressionNames, expressionValues }, as filters, conditions and key conditions have it.
export const filterExpression = (filter, into = placeholders()) => into.expression(condition(into, filter));
