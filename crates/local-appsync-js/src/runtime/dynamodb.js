// The module '@aws-appsync/utils/dynamodb': request documents from plain objects.
import { raise } from 'parlor/evaluation';
import { filterExpression, placeholders } from 'parlor/expressions';
import { toMapValues } from 'parlor/values';

export { toBinarySet, toNumberSet, toStringSet } from 'parlor/values';

// Only what was given: a missing option is not the same as null.
const given = (options) =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined && value !== null));

const conditionOf = (condition) => (condition ? filterExpression(condition) : undefined);

// ['id', 'owner.name', 'tags[0]']
const projectionOf = (paths) => {
  if (!paths) return undefined;
  const into = placeholders();
  const written = (step) => {
    const [name, ...index] = step.split('[');
    return [into.name(name), ...index].join('[');
  };
  const { expression, expressionNames } = into.expression(
    paths.map((path) => path.split('.').map(written).join('.')).join(', '),
  );
  return { expression, expressionNames };
};

export const get = ({ key, consistentRead, projection }) =>
  given({ operation: 'GetItem', key: toMapValues(key), consistentRead, projection: projectionOf(projection) });

export const put = ({ key, item, condition, ...rest }) =>
  given({
    operation: 'PutItem',
    key: toMapValues(key),
    attributeValues: toMapValues(item ?? {}),
    condition: conditionOf(condition),
    ...rest,
  });

export const remove = ({ key, condition, ...rest }) =>
  given({ operation: 'DeleteItem', key: toMapValues(key), condition: conditionOf(condition), ...rest });

export const update = ({ key, update: changes, condition, ...rest }) =>
  given({
    operation: 'UpdateItem',
    key: toMapValues(key),
    update: updateOf(changes),
    condition: conditionOf(condition),
    ...rest,
  });

const page = ({ index, limit, nextToken, consistentRead, filter, projection, select, scanIndexForward }) =>
  given({
    index, limit, nextToken, consistentRead, filter: conditionOf(filter), projection: projectionOf(projection),
    select, scanIndexForward,
  });

export const query = ({ query: keys, ...options }) => ({
  operation: 'Query',
  query: filterExpression(keys),
  ...page(options),
});

export const scan = ({ totalSegments, segment, ...options } = {}) => ({
  operation: 'Scan',
  ...page(options),
  ...given({ totalSegments, segment }),
});

const perTable = (tables, convert) =>
  Object.fromEntries(Object.entries(tables).map(([table, entry]) => [table, convert(entry)]));

export const batchGet = ({ tables }) => ({
  operation: 'BatchGetItem',
  tables: perTable(tables, ({ keys, consistentRead, projection }) =>
    given({ keys: keys.map(toMapValues), consistentRead, projection: projectionOf(projection) }),
  ),
});
export const batchPut = ({ tables }) => ({
  operation: 'BatchPutItem',
  tables: perTable(tables, (items) => items.map(toMapValues)),
});
export const batchDelete = ({ tables }) => ({
  operation: 'BatchDeleteItem',
  tables: perTable(tables, (keys) => keys.map(toMapValues)),
});

export const transactGet = ({ items }) => ({
  operation: 'TransactGetItems',
  transactItems: items.map(({ table, key, projection }) =>
    given({ table, key: toMapValues(key), projection: projectionOf(projection) }),
  ),
});

const checked = ({ table, key, condition }, operation) =>
  given({ table, operation, key: toMapValues(key), condition: conditionOf(condition) });

const transactItem = ({ putItem, updateItem, deleteItem, conditionCheck }) => {
  if (putItem) return { ...checked(putItem, 'PutItem'), attributeValues: toMapValues(putItem.item ?? {}) };
  if (updateItem) return { ...checked(updateItem, 'UpdateItem'), update: updateOf(updateItem.update) };
  if (deleteItem) return checked(deleteItem, 'DeleteItem');
  if (conditionCheck) return checked(conditionCheck, 'ConditionCheck');
  return raise('transactWrite takes items of putItem, updateItem, deleteItem or conditionCheck.', 'Code');
};

export const transactWrite = ({ items }) => ({
  operation: 'TransactWriteItems',
  transactItems: items.map(transactItem),
});

export const sync = () =>
  raise('sync needs a versioned data source, which localhost does not have; use query.', 'UnsupportedOperation');

const change = (kind, rest = {}) => ({ operationKind: kind, ...rest });

export const operations = {
  add: (value) => change('set', { value }),
  replace: (value) => change('set', { value }),
  remove: () => change('remove'),
  increment: (by = 1) => change('increment', { by }),
  decrement: (by = 1) => change('decrement', { by }),
  append: (values) => change('append', { values }),
  prepend: (values) => change('prepend', { values }),
  updateListItem: (value, index) => change('item', { value, index }),
};

const isChange = (value) => Object.hasOwn(value ?? {}, 'operationKind');
const isPlainObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

// SET and REMOVE clauses. A plain object changes only the attributes that it names.
const updateOf = (changes) => {
  const into = placeholders();
  const set = [];
  const removed = [];
  const visit = (path, label, value) => {
    const operand = (one) => into.value(label, one);
    if (Array.isArray(value) && value.length > 0 && value.every(isChange)) {
      for (const item of value) {
        set.push(`${path}[${item.index}] = ${operand(item.value)}`);
      }
    } else if (isChange(value)) {
      const written = {
        set: () => set.push(`${path} = ${operand(value.value)}`),
        remove: () => removed.push(path),
        increment: () => set.push(`${path} = ${path} + ${operand(value.by)}`),
        decrement: () => set.push(`${path} = ${path} - ${operand(value.by)}`),
        append: () => set.push(`${path} = list_append(${path}, ${operand(value.values)})`),
        prepend: () => set.push(`${path} = list_append(${operand(value.values)}, ${path})`),
        item: () => set.push(`${path}[${value.index}] = ${operand(value.value)}`),
      };
      written[value.operationKind]();
    } else if (isPlainObject(value)) {
      for (const [name, inner] of Object.entries(value)) {
        visit(path ? `${path}.${into.name(name)}` : into.name(name), label ? `${label}_${name}` : name, inner);
      }
    } else if (value !== undefined) {
      set.push(`${path} = ${operand(value)}`);
    }
  };
  visit('', '', changes);
  const clauses = [];
  if (set.length > 0) clauses.push(`SET ${set.join(', ')}`);
  if (removed.length > 0) clauses.push(`REMOVE ${removed.join(', ')}`);
  if (clauses.length === 0) raise('An update needs at least one change.', 'Code');
  return into.expression(clauses.join(' '));
};
