// Ready-made operations, in the order in which one would try them.

const MESSAGE = `{
    id roomId seq clientId version
    sender { id name avatarUrl }
    content { text attachments { id name contentType size url } }
    createdAt updatedAt deletedAt
  }`;

/** `known` carries the ids last seen in answers: roomId, messageId, todoId. `apiKey` runs without a person. */
export const examples = [
  { title: 'Who am I', document: 'query Me {\n  me { id name avatarUrl }\n}' },
  {
    title: 'Create a room',
    document: `mutation CreateRoom($input: CreateRoomInput!) {
  createRoom(input: $input) { id name visibility ownerId createdAt headSeq }
}`,
    variables: () => ({ input: { name: 'Tea', visibility: 'PUBLIC' } }),
  },
  {
    title: 'Watch the room',
    document: `# Start this, then send a message: it appears under "Live".
subscription OnMessage($roomId: ID!) {
  onMessage(roomId: $roomId) ${MESSAGE}
}`,
    variables: ({ roomId }) => ({ roomId }),
  },
  {
    title: 'Send a message',
    document: `# Select every field: subscribers get what is selected here, and nothing more.
mutation SendMessage($input: SendMessageInput!) {
  sendMessage(input: $input) ${MESSAGE}
}`,
    variables: ({ roomId }) => ({
      input: { roomId, clientId: crypto.randomUUID(), content: { text: 'Hello!' } },
    }),
  },
  {
    title: 'Read messages',
    document: `query ListMessages($roomId: ID!) {
  listMessages(roomId: $roomId, limit: 20) {
    items { seq sender { name } content { text } createdAt version deletedAt }
    nextToken
  }
}`,
    variables: ({ roomId }) => ({ roomId }),
  },
  {
    title: 'Edit it',
    document: `mutation UpdateMessage($input: UpdateMessageInput!) {
  updateMessage(input: $input) ${MESSAGE}
}`,
    variables: ({ roomId, messageId }) => ({
      input: { roomId, id: messageId, content: { text: 'Hello, everyone!' } },
    }),
  },
  {
    title: 'List rooms',
    document: `query ListRooms {
  listRooms(scope: ALL, limit: 20) {
    items { id name visibility headSeq }
    nextToken
  }
}`,
  },
  {
    title: 'Join a room',
    document: `# Choose another person first; then they can read, write and watch too.
mutation JoinRoom($roomId: ID!) {
  joinRoom(roomId: $roomId) { roomId role joinedAt user { id name } }
}`,
    variables: ({ roomId }) => ({ roomId }),
  },
  {
    title: 'After a break',
    document: `# Everything after a sequence number: what to ask after a lost connection.
query SyncMessages($roomId: ID!) {
  syncMessages(roomId: $roomId, afterSeq: 0) {
    headSeq
    items { seq content { text } version }
  }
}`,
    variables: ({ roomId }) => ({ roomId }),
  },
  {
    title: 'Todo, by API key',
    apiKey: true,
    document: `mutation CreateTodo($input: CreateTodoInput!) {
  createTodo(input: $input) { id name description createdAt updatedAt }
}`,
    variables: () => ({ input: { name: 'Water the plants' } }),
  },
  {
    title: 'Watch todos',
    apiKey: true,
    document: `subscription OnTodo {
  onTodo { id name description createdAt updatedAt }
}`,
  },
];

const PLACEHOLDER = 'create a room first';

/** The variables of an example as text, with whatever ids are known by now. */
export function variablesOf(example, known) {
  const ids = { roomId: PLACEHOLDER, messageId: 'send a message first', ...known };
  return example.variables ? JSON.stringify(example.variables(ids), null, 2) : '';
}

/** Remembers the room and the message that an answer is about, for the next example. */
export function learn(known, data) {
  for (const [field, value] of Object.entries(data ?? {})) {
    if (!value) continue;
    if (/^(createRoom|getRoom)$/.test(field)) known.roomId = value.id;
    if (field === 'listRooms' && value.items[0]) known.roomId ??= value.items[0].id;
    if (/^(send|update)Message$/.test(field))
      Object.assign(known, { roomId: value.roomId, messageId: value.id });
  }
}
