// The console's small reader of GraphQL documents.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examples, variablesOf } from '../../crates/local/console/examples.js';
import { operations } from '../../crates/local/console/operations.js';

const kinds = (document) => operations(document).map(({ type, name }) => `${type} ${name}`);

test('a selection set without a word is a query', () => {
  assert.deepEqual(kinds('{ me { id } }'), ['query null']);
});

test('every operation of a document is found, with its name and place; fragments are none', () => {
  const document = `
    query A { me { ...P } }
    fragment P on Profile { id name }
    subscription B($id: ID!) @live { onMessage(roomId: $id) { id } }
    mutation C { x }`;
  assert.deepEqual(kinds(document), ['query A', 'subscription B', 'mutation C']);
  assert.deepEqual(
    operations(document).map(({ at }) => document.slice(at, at + 5)),
    ['query', 'subsc', 'mutat'],
  );
});

test('words in comments, strings, arguments and field names are no operations', () => {
  const document = `# mutation Comment { x }
    query Q($input: I = { mutation: "subscription {" }) {
      query(text: """mutation { } " """) { mutation subscription }
    }`;
  assert.deepEqual(kinds(document), ['query Q']);
});

test('an unfinished document is read as far as it goes', () => {
  assert.deepEqual(kinds('mutation Cre'), ['mutation Cre']);
  assert.deepEqual(kinds('}}}'), []);
  assert.deepEqual(kinds(''), []);
});

test('every example is one operation, with variables that are JSON', () => {
  for (const example of examples) {
    assert.equal(operations(example.document).length, 1, example.title);
    const text = variablesOf(example, {});
    assert.equal(text === '' || typeof JSON.parse(text) === 'object', true, example.title);
  }
});
