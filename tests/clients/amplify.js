// aws-amplify: a guest and a signed-in person with credentials of the identity pool (IAM), and the API key.
import assert from 'node:assert/strict';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Amplify } from 'aws-amplify';
import { generateClient } from 'aws-amplify/api';
import { confirmSignUp, fetchAuthSession, signIn, signOut, signUp } from 'aws-amplify/auth';
import { WebSocket } from 'ws';
import { PASSWORD, code, config, refused, saw, until } from './parlor.js';

// Node has none before version 22.
globalThis.WebSocket ??= WebSocket;

const EMAIL = 'amplify@example.com';
const Bucket = config.bucket;
assert(config.amplify.Auth.Cognito.allowGuestAccess, 'the server is started with GuestAccess=true');
Amplify.configure(config.amplify);

/** Identity and an S3 client of whoever Amplify takes the user for. */
async function me() {
  const { identityId, credentials, tokens } = await fetchAuthSession();
  assert(credentials.sessionToken && credentials.expiration > new Date(), 'temporary credentials');
  return { identityId, tokens, s3: new S3Client({ forcePathStyle: true, credentials }) };
}

/** The first message of what GraphQL answers besides its data; Amplify throws it all. */
async function graphql(authMode, query, variables) {
  const answered = await generateClient({ authMode }).graphql({ query, variables }).catch((error) => error);
  return { data: answered.data, message: answered.errors?.[0].message };
}

const put = (s3, Key) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'hello' }));
const get = async (s3, Key) => (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body.transformToString();
const list = async (s3, Prefix) => (await s3.send(new ListObjectsV2Command({ Bucket, Prefix }))).Contents ?? [];

/** Makes a to-do, lists it and hears of it, by signed requests alone. */
async function hasTodos(authMode) {
  const create = 'mutation ($input: CreateTodoInput!) { createTodo(input: $input) { id name description createdAt updatedAt } }';
  const made = await graphql(authMode, create, { input: { name: authMode } });
  assert.equal(made.message, undefined);
  const { data } = await graphql(authMode, '{ listTodos { items { id } } }');
  assert(data.listTodos.items.some(({ id }) => id === made.data.createTodo.id));
  const events = [];
  const live = generateClient({ authMode }).graphql({ query: 'subscription { onTodo { id name } }' }).subscribe({
    next: (event) => events.push(event.data.onTodo.name),
    error: (error) => {
      throw error;
    },
  });
  // Made until one arrives: nothing tells when the subscription stands.
  await until('an event', async () => {
    await graphql(authMode, create, { input: { name: 'live' } });
    await new Promise((resolve) => setTimeout(resolve, 500));
    return events.includes('live');
  }, 60_000);
  live.unsubscribe();
}

async function hasNoTodos(authMode) {
  assert.deepEqual(await graphql(authMode, '{ __typename }'), { data: { __typename: 'Query' }, message: undefined });
  const { message } = await graphql(authMode, '{ listTodos { items { id } } }');
  assert.equal(message, 'Not Authorized to access listTodos on type Query');
  const onTodo = generateClient({ authMode }).graphql({ query: 'subscription { onTodo { id } }' });
  const refusal = await new Promise((resolve, reject) => {
    onTodo.subscribe({ next: () => reject(new Error('an event for whom no policy permits it')), error: resolve });
  });
  // The connection was taken, or it would be "Connection failed: UnauthorizedException".
  assert.match(refusal.errors[0].message, /Not Authorized to access onTodo on type Subscription/);
}

const guest = await me();
assert.equal(guest.tokens, undefined);
assert.equal((await me()).identityId, guest.identityId);
for (const authMode of ['iam', 'identityPool']) await hasNoTodos(authMode);
saw("GraphQL takes a guest's signature, and the guest's role permits no field");
await put(guest.s3, 'public/guests');
assert.equal(await get(guest.s3, 'public/guests'), 'hello');
assert.equal((await list(guest.s3, 'public/guests')).length, 1);
for (const folder of ['protected', 'private'])
  await refused('AccessDenied', put(guest.s3, `${folder}/${guest.identityId}/a`));
await refused('AccessDenied', list(guest.s3, `protected/${guest.identityId}/`));
await refused('AccessDenied', put(guest.s3, 'rooms/1/a'));
saw('a guest reads, writes and lists public/, and nothing else');

await hasTodos('apiKey');
assert.match((await graphql('apiKey', '{ me { id } }')).message, /^Not Authorized to access me /);
saw('the API key makes and lists to-dos, hears of them, and is nobody');

const userAttributes = { email: EMAIL, given_name: 'Amy', family_name: 'Fly' };
await signUp({ username: EMAIL, password: PASSWORD, options: { userAttributes } });
await confirmSignUp({ username: EMAIL, confirmationCode: await code(EMAIL) });
assert.equal((await signIn({ username: EMAIL, password: PASSWORD })).nextStep.signInStep, 'DONE');
const amy = await me();
assert(amy.tokens.accessToken);
for (const authMode of ['iam', 'identityPool']) await hasTodos(authMode);
assert.match((await graphql('iam', '{ me { id } }')).message, /^Not Authorized to access me /);
saw('a signed-in person makes, lists and hears of to-dos by signed requests, too; the chat wants a token');
for (const folder of ['protected', 'private']) {
  const key = `${folder}/${amy.identityId}/a`;
  await put(amy.s3, key);
  assert.equal(await get(amy.s3, key), 'hello');
}
await refused('AccessDenied', get(amy.s3, 'private/us-east-1:somebody-else/a'));
await refused('AccessDenied', put(amy.s3, 'protected/us-east-1:somebody-else/a'));
await refused('AccessDenied', get(guest.s3, `protected/${amy.identityId}/a`));
saw('a signed-in person has private/ and protected/ of their own, and a guest sees neither');

await signOut();
const again = await me();
assert.equal(again.tokens, undefined);
assert.notEqual(again.identityId, amy.identityId);
await refused('AccessDenied', get(again.s3, `private/${amy.identityId}/a`));
saw('after signing out, a guest again');

// A page that keeps the key but not the token holds nothing.
const { credentials } = await fetchAuthSession();
const halved = new S3Client({ forcePathStyle: true, credentials: { ...credentials, sessionToken: undefined } });
await refused('InvalidAccessKeyId', get(halved, 'public/guests'));
