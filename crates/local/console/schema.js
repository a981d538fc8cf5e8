// The schema, read from the running API: fields with their descriptions, a search, and a start for each operation.
import { el } from './dom.js';
import { run } from './graphql.js';

const TYPE = 'kind name ofType { kind name ofType { kind name ofType { kind name } } }';
const INTROSPECTION = `{ __schema {
  queryType { name } mutationType { name } subscriptionType { name }
  types {
    kind name description
    fields { name description type { ${TYPE} } args { name description defaultValue type { ${TYPE} } } }
    inputFields { name description defaultValue type { ${TYPE} } }
    enumValues { name description }
  }
} }`;

/** `put(document, variables)` writes into the editor. */
export async function showSchema(section, put) {
  const { body } = await run(null, { query: INTROSPECTION });
  const schema = body.data?.__schema;
  if (!schema) {
    section.append(
      el('p', { class: 'problem' }, body.errors?.[0]?.message ?? 'The schema could not be read.'),
    );
    return;
  }
  const types = new Map(
    schema.types.filter(({ name }) => !name.startsWith('__')).map((type) => [type.name, type]),
  );
  const roots = [schema.queryType, schema.mutationType, schema.subscriptionType]
    .filter(Boolean)
    .map(({ name }) => name);
  const order = (type) =>
    roots.includes(type.name) ? roots.indexOf(type.name) : type.kind === 'SCALAR' ? 99 : 10;
  const sorted = [...types.values()].sort((a, b) => order(a) - order(b) || a.name.localeCompare(b.name));

  const search = el('input', {
    type: 'search',
    placeholder: 'Search types, fields, descriptions',
    ariaLabel: 'Search the schema',
    oninput: draw,
  });
  const list = el('div', { class: 'types' });

  function draw() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const matches = (...texts) => words.every((word) => texts.join(' ').toLowerCase().includes(word));
    list.replaceChildren(
      ...sorted.flatMap((type) => {
        const fields = type.fields ?? type.inputFields ?? type.enumValues ?? [];
        const found = fields.filter((field) => matches(type.name, field.name, field.description ?? ''));
        const isFound = matches(type.name, type.description ?? '');
        return found.length || isFound
          ? [typeView(type, isFound ? fields : found, words.length > 0 || roots.includes(type.name))]
          : [];
      }),
    );
    if (!list.children.length) list.append(el('p', { class: 'quiet' }, 'Nothing found.'));
  }

  function typeView(type, fields, isOpen) {
    return el(
      'details',
      { open: isOpen, id: `type-${type.name}` },
      el(
        'summary',
        {},
        el('b', {}, type.name),
        ' ',
        el('small', { class: 'quiet' }, KINDS[type.kind] ?? type.kind.toLowerCase()),
      ),
      type.description && el('p', { class: 'quiet' }, type.description),
      el(
        'ul',
        {},
        ...fields.map((field) =>
          el(
            'li',
            {},
            signature(type, field),
            field.description && el('p', { class: 'quiet' }, field.description),
          ),
        ),
      ),
    );
  }

  function signature(type, field) {
    const head = roots.includes(type.name)
      ? el(
          'button',
          {
            class: 'link',
            type: 'button',
            title: 'Write this operation into the editor',
            onclick: () => put(...draft(types, type.name, field)),
          },
          field.name,
        )
      : el('b', {}, field.name);
    const args = (field.args ?? []).flatMap((arg, i) => [
      i ? ', ' : '',
      arg.name,
      ': ',
      typeLink(arg.type),
      arg.defaultValue ? ` = ${arg.defaultValue}` : '',
    ]);
    return el(
      'code',
      {},
      head,
      args.length ? '(' : '',
      ...args,
      args.length ? ')' : '',
      field.type ? ': ' : '',
      field.type ? typeLink(field.type) : '',
      field.defaultValue ? ` = ${field.defaultValue}` : '',
    );
  }

  function typeLink(type) {
    const { name } = innermost(type);
    const [before, after] = written(type).split(name);
    const open = (event) => {
      event.preventDefault();
      if (!document.getElementById(`type-${name}`)) {
        search.value = '';
        draw();
      }
      const target = document.getElementById(`type-${name}`);
      if (!target) return;
      target.open = true;
      target.scrollIntoView({ block: 'nearest' });
      target.querySelector('summary').focus();
    };
    return el('span', {}, before, el('a', { href: `#type-${name}`, onclick: open }, name), after);
  }

  section.append(search, list);
  draw();
}

const KINDS = { OBJECT: 'type', INPUT_OBJECT: 'input', ENUM: 'enum', SCALAR: 'scalar' };

const innermost = (type) => (type.ofType ? innermost(type.ofType) : type);

function written(type) {
  if (type.kind === 'NON_NULL') return `${written(type.ofType)}!`;
  return type.kind === 'LIST' ? `[${written(type.ofType)}]` : type.name;
}

/** An operation for one root field: every argument as a variable, every field selected. Answers document and variables. */
function draft(types, rootName, field) {
  const title = field.name[0].toUpperCase() + field.name.slice(1);
  const declared = field.args.map((arg) => `$${arg.name}: ${written(arg.type)}`).join(', ');
  const passed = field.args.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
  const selected = selection(types, innermost(field.type).name, '  ', []);
  const document = `${rootName.toLowerCase()} ${title}${declared && `(${declared})`} {\n  ${field.name}${passed && `(${passed})`}${selected}\n}`;
  const required = field.args.filter(({ type, defaultValue }) => type.kind === 'NON_NULL' && !defaultValue);
  const values = Object.fromEntries(required.map((arg) => [arg.name, sample(types, arg.type)]));
  return [document, required.length ? JSON.stringify(values, null, 2) : ''];
}

function selection(types, name, indent, above) {
  const { fields } = types.get(name) ?? {};
  if (!fields || above.includes(name)) return '';
  const inner = fields
    .filter((field) => !field.args.some(({ type }) => type.kind === 'NON_NULL'))
    .map(
      (field) =>
        `${indent}  ${field.name}${selection(types, innermost(field.type).name, `${indent}  `, [...above, name])}`,
    );
  return ` {\n${inner.join('\n')}\n${indent}}`;
}

function sample(types, type) {
  if (type.kind === 'NON_NULL') return sample(types, type.ofType);
  if (type.kind === 'LIST') return [];
  const { kind, inputFields, enumValues } = types.get(type.name) ?? {};
  if (kind === 'ENUM') return enumValues[0].name;
  if (kind === 'INPUT_OBJECT') {
    const required = inputFields.filter(
      ({ type: inner, defaultValue }) => inner.kind === 'NON_NULL' && !defaultValue,
    );
    return Object.fromEntries(required.map((field) => [field.name, sample(types, field.type)]));
  }
  return { Int: 0, Float: 0, Boolean: false }[type.name] ?? '';
}
