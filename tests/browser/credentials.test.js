// Without a token: the real aws-amplify with the API key, and with credentials of the identity pool (IAM).
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { call, isReady, serveAmplify } from './amplify.js';
import { PATIENCE_MS, openBrowser } from './browser.js';
import { startParlor } from './parlor.js';

const PASSWORD = 'Correct-Horse-9';
const CREATE = 'mutation ($input: CreateTodoInput!) { createTodo(input: $input) { id name description createdAt updatedAt } }';
const LIST = '{ listTodos { items { name } } }';
const LISTEN = 'subscription { onTodo { name } }';

let parlor, site, browser, page;
before(async () => {
  site = await serveAmplify();
  parlor = await startParlor({ GuestAccess: 'true' });
  await site.configure(parlor.url);
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await site?.close();
  await parlor?.close();
});
beforeEach(async (story) => {
  page = await browser.person(story.name, site.url);
  await isReady(page);
});

/** What GraphQL answers, or the first message of its refusal. */
const ask = (authMode, query, variables) =>
  page.evaluate(
    async (request) => {
      const { data, errors } = await window.amplify.graphql(request).catch((refused) => refused);
      return errors ? errors[0].message : data;
    },
    { authMode, query, variables },
  );

/** The first event, while `make` makes what there is to hear of: nothing tells when the subscription stands. */
async function hears(make) {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await pause(300)) {
    await make();
    const [event] = await call(page, 'events');
    if (event) return event;
  }
  throw new Error('nothing was heard');
}

/** Makes, lists and hears of to-dos. */
async function hasTodos(authMode) {
  const make = (name) => ask(authMode, CREATE, { input: { name } });
  const name = `made with ${authMode}`;
  assert.equal((await make(name)).createTodo.name, name);
  const { listTodos } = await ask(authMode, LIST);
  assert.ok(listTodos.items.some((todo) => todo.name === name));
  await call(page, 'subscribe', { authMode, query: LISTEN });
  assert.deepEqual(await hears(() => make('heard')), { onTodo: { name: 'heard' } });
}

test('the API key opens the to-dos, and nothing else', async () => {
  await hasTodos('apiKey');
  assert.equal(await ask('apiKey', '{ me { id } }'), 'Not Authorized to access me on type Query');
});

test("a guest's signature is taken, and opens what the guest's role permits: nothing", async () => {
  const { credentials, tokens } = await call(page, 'fetchAuthSession');
  assert.ok(credentials.sessionToken);
  assert.equal(tokens, undefined);
  assert.deepEqual(await ask('identityPool', '{ __typename }'), { __typename: 'Query' });
  assert.equal(await ask('identityPool', LIST), 'Not Authorized to access listTodos on type Query');
  await call(page, 'subscribe', { authMode: 'identityPool', query: LISTEN });
  const { refused } = await hears(() => {});
  // The connection was taken, or it would be "Connection failed: UnauthorizedException".
  assert.match(refused, /Not Authorized to access onTodo on type Subscription/);
});

test('somebody signed in opens the to-dos with credentials, and the chat with a token alone', async () => {
  const email = 'signer@example.com';
  const userAttributes = { email, given_name: 'Ada', family_name: 'Lovelace' };
  await call(page, 'signUp', { username: email, password: PASSWORD, options: { userAttributes } });
  await call(page, 'confirmSignUp', { username: email, confirmationCode: await parlor.code(email) });
  await call(page, 'signIn', { username: email, password: PASSWORD });
  await hasTodos('iam');
  assert.equal(await ask('iam', '{ me { name } }'), 'Not Authorized to access me on type Query');
  assert.deepEqual(await ask('userPool', '{ me { name } }'), { me: { name: 'Ada Lovelace' } });
});

test('no page met an error that it did not handle', () => {
  assert.deepEqual(browser.uncaught(), []);
});
