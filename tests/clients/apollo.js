// Apollo Client with AppSync's auth and subscription links: API key and user pool, over HTTP and WebSocket.
import assert from 'node:assert/strict';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client/core';
import * as idp from '@aws-sdk/client-cognito-identity-provider';
import { createAuthLink } from 'aws-appsync-auth-link';
import { createSubscriptionHandshakeLink } from 'aws-appsync-subscription-link';
import { WebSocket } from 'ws';
import { PASSWORD, config, region, saw, until } from './parlor.js';

// Node has none before version 22.
globalThis.WebSocket ??= WebSocket;

const url = config.graphqlUrl;
function clientOf(auth) {
  const link = ApolloLink.from([
    createAuthLink({ url, region, auth }),
    createSubscriptionHandshakeLink({ url, region, auth }, new HttpLink({ uri: url })),
  ]);
  return new ApolloClient({ link, cache: new InMemoryCache(), defaultOptions: { query: { fetchPolicy: 'no-cache' } } });
}

/** Every event of a subscription, as they come; an error ends the script. */
function follow(client, query, variables) {
  const events = [];
  const subscription = client.subscribe({ query, variables }).subscribe({
    next: (event) => events.push(event),
    error: (error) => {
      throw error;
    },
  });
  return { events, stop: () => subscription.unsubscribe() };
}

/** Makes events until one arrives: nothing says when Apollo's subscription stands. */
async function live(followed, make) {
  let last = 0;
  await until('an event', async () => {
    if (followed.events.length) return true;
    if (Date.now() - last > 500) {
      last = Date.now();
      await make();
    }
    return false;
  }, 20_000);
  return followed.events[0];
}

// The sample's to-do list, with the API key alone.
const guest = clientOf({ type: 'API_KEY', apiKey: config.apiKey });
const todos = follow(guest, gql`subscription { onTodo { id name } }`);
const createTodo = gql`mutation ($input: CreateTodoInput!) { createTodo(input: $input) { id name description createdAt updatedAt } }`;
const seen = await live(todos, () => guest.mutate({ mutation: createTodo, variables: { input: { name: 'milk' } } }));
assert.equal(seen.data.onTodo.name, 'milk');
const listed = await guest.query({ query: gql`{ listTodos { items { id name } } }` });
assert(listed.data.listTodos.items.some(({ id }) => id === seen.data.onTodo.id));
todos.stop();
saw('with the API key: createTodo, listTodos, and onTodo live');
const denied = await guest.query({ query: gql`{ me { id } }`, errorPolicy: 'all' });
assert.match(denied.error?.message ?? '', /Not Authorized/i);
saw(`with the API key, me: ${denied.error.message}`);

// A room, as somebody who is signed in.
const pool = new idp.CognitoIdentityProviderClient();
const who = { UserPoolId: config.userPoolId, Username: 'apollo@example.com' };
const attribute = (Name, Value) => ({ Name, Value });
const { User } = await pool.send(
  new idp.AdminCreateUserCommand({
    ...who,
    MessageAction: 'SUPPRESS',
    UserAttributes: [attribute('email', who.Username), attribute('given_name', 'Al'), attribute('family_name', 'Po')],
  }),
);
await pool.send(new idp.AdminSetUserPasswordCommand({ ...who, Password: PASSWORD, Permanent: true }));
const { AuthenticationResult } = await pool.send(
  new idp.InitiateAuthCommand({
    AuthFlow: 'USER_PASSWORD_AUTH',
    ClientId: config.commandLineClientId,
    AuthParameters: { USERNAME: who.Username, PASSWORD },
  }),
);
const person = clientOf({ type: 'AMAZON_COGNITO_USER_POOLS', jwtToken: async () => AuthenticationResult.AccessToken });
const { data } = await person.mutate({
  mutation: gql`mutation { createRoom(input: { name: "Apollo", visibility: PRIVATE }) { id name visibility ownerId createdAt headSeq } }`,
});
assert.equal(data.createRoom.ownerId, User.Username);
const roomId = data.createRoom.id;
const room = follow(person, gql`subscription ($roomId: ID!) { onMessage(roomId: $roomId) { id roomId seq content { text } } }`, { roomId });
const send = gql`mutation ($input: SendMessageInput!) {
  sendMessage(input: $input) { id roomId seq clientId version createdAt updatedAt deletedAt sender { id name } content { text attachments { id } } }
}`;
let sent = 0;
const message = await live(room, () =>
  person.mutate({ mutation: send, variables: { input: { roomId, content: { text: `hello ${++sent}` } } } }),
);
assert.equal(message.data.onMessage.content.text, `hello ${message.data.onMessage.seq}`);
const before = room.events.length;
for (let i = 0; i < 10; i++)
  await person.mutate({ mutation: send, variables: { input: { roomId, content: { text: `hello ${++sent}` } } } });
await until('ten more events', () => room.events.length === before + 10);
const seqs = room.events.map((event) => event.data.onMessage.seq);
assert.deepEqual(seqs, seqs.map((_, i) => seqs[0] + i), 'messages came twice, late or never');
room.stop();
saw(`signed in: createRoom, sendMessage, and onMessage live: ${seqs.join(' ')}`);

const expired = clientOf({ type: 'AMAZON_COGNITO_USER_POOLS', jwtToken: async () => 'not.a.token' });
const error = await expired.query({ query: gql`{ me { id } }` }).then(() => assert.fail('a forged token was taken'), (e) => e);
assert.equal(error.statusCode, 401, error.message);
saw(`with a forged token: ${error.statusCode}, ${error.message}`);
// The link keeps its socket open.
process.exit(0);
