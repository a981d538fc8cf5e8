// `util.transform.toSubscriptionFilter`, and AppSync's limits on enhanced subscription filters.
import { raise } from 'parlor/evaluation';

const OPERATORS = [
  'eq', 'ne', 'le', 'lt', 'ge', 'gt', 'contains', 'notContains', 'beginsWith', 'in', 'notIn', 'between',
  'containsAny',
];
const MOST_VALUES = { in: 5, notIn: 5, between: 2, containsAny: 20 };

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

const filtersOf = (fieldName, given) => {
  if (!isObject(given)) {
    raise(`The filter of ${fieldName} must be an object of operators, such as { eq: 'a' }.`, 'Code');
  }
  return Object.entries(given).flatMap(([key, value]) =>
    isObject(value) ? filtersOf(`${fieldName}.${key}`, value) : [{ fieldName, operator: key, value }],
  );
};

// Alternatives, each a list of filters that must all hold: what a filterGroup is.
const eachWithEach = (left, right) => left.flatMap((one) => right.map((other) => [...one, ...other]));

const alternatives = (filter, ignoredFields) => {
  let groups = [[]];
  for (const [key, given] of Object.entries(filter)) {
    if (given === null || given === undefined || ignoredFields.includes(key)) {
      // Left out.
    } else if (key === 'and') {
      for (const one of given) {
        groups = eachWithEach(groups, alternatives(one, ignoredFields));
      }
    } else if (key === 'or') {
      groups = eachWithEach(groups, given.flatMap((one) => alternatives(one, ignoredFields)));
    } else {
      groups = eachWithEach(groups, [filtersOf(key, given)]);
    }
  }
  return groups;
};

export const toSubscriptionFilter = (filter, ignoredFields = [], rules = {}) => {
  const strict = Object.entries(rules ?? {}).map(([field, given]) => filtersOf(field, given));
  const groups = alternatives(filter ?? {}, ignoredFields ?? []);
  const combined = strict.length > 0 ? eachWithEach(groups, strict) : groups;
  return { filterGroup: combined.filter((filters) => filters.length > 0).map((filters) => ({ filters })) };
};

const isScalar = (value) => ['string', 'number', 'boolean'].includes(typeof value);

const fault = ({ fieldName, operator, value }) => {
  if (typeof fieldName !== 'string' || fieldName === '') return 'every filter needs a fieldName';
  if (fieldName.split('.').length > 5) return `${fieldName} is nested deeper than 5 levels`;
  if (!OPERATORS.includes(operator)) return `the operator ${operator} is none of ${OPERATORS.join(', ')}`;
  const most = MOST_VALUES[operator];
  const values = most ? value : [value];
  if (!Array.isArray(values) || !values.every(isScalar)) {
    return `the value of ${fieldName} ${operator} must be ${most ? 'a list of scalars' : 'a scalar'}`;
  }
  if (most && (values.length > most || (operator === 'between' && values.length !== 2))) {
    return `${fieldName} ${operator} takes ${operator === 'between' ? 'exactly' : 'at most'} ${most} values`;
  }
  if (values.some((one) => typeof one === 'string' && one.length > 256)) {
    return `the value of ${fieldName} ${operator} is longer than 256 characters`;
  }
  return null;
};

// The filter itself, once it is one that AppSync would take.
export const checkedFilter = (filter, caller) => {
  const refuse = (why) => raise(`extensions.${caller}: ${why}.`, 'Code');
  const groups = filter?.filterGroup;
  if (!Array.isArray(groups) || groups.length === 0 || !groups.every((group) => Array.isArray(group?.filters))) {
    refuse('the argument must be { filterGroup: [{ filters: [{ fieldName, operator, value }] }] }');
  }
  for (const { filters } of groups) {
    if (filters.length > 10) refuse('a group may have at most 10 filters');
    const why = filters.map((one) => fault(one ?? {})).find((found) => found);
    if (why) refuse(why);
    if (Object.keys(Object.fromEntries(filters.map(({ fieldName }) => [fieldName, true]))).length > 5) {
      refuse('a group may name at most 5 fields');
    }
  }
  return filter;
};
