// Every query and mutation of the page: one function a field of `schema.graphql`.
import { generateClient } from 'aws-amplify/api';
import type {
  Attachment,
  Member,
  Message,
  MessageEvent,
  MessageSync,
  Page,
  Profile,
  Room,
  Role,
  Upload,
  Visibility,
} from './types';

// AppSync publishes to subscribers what the mutation selected, nothing more. These two fragments are therefore
// used by mutations and subscriptions alike, and select every field.
export const MESSAGE = /* GraphQL */ `
  fragment WholeMessage on Message {
    id roomId seq clientId
    sender { id name avatarUrl }
    content { text attachments { id name contentType size url } }
    createdAt updatedAt deletedAt version
  }
`;
export const ROOM = /* GraphQL */ `
  fragment WholeRoom on Room { id name visibility ownerId createdAt headSeq }
`;

/** Messages on one page of history or of a catch-up. */
const MESSAGES_A_PAGE = 50;
const MESSAGES_A_SYNC = 100;

// Amplify's own types want the document known at compile time; ours carries its fragments at run time.
interface GraphqlClient {
  graphql(request: { query: string; variables: Record<string, unknown> }): unknown;
}

// Made at the first use, which is after `Amplify.configure`.
let client: GraphqlClient | undefined;
export const graphqlClient = (): GraphqlClient => (client ??= generateClient() as unknown as GraphqlClient);

/** Runs one root field. Amplify throws `{ data, errors }` when the field was refused: see `problems.ts`. */
async function run<T>(document: string, variables: Record<string, unknown> = {}): Promise<T> {
  const answer = await graphqlClient().graphql({ query: document, variables });
  const [value] = Object.values((answer as { data: Record<string, T | null> }).data);
  if (value === null || value === undefined) throw new Error('There is nothing here.');
  return value;
}

export const me = () => run<Profile>('query Me { me { id name avatarUrl } }');

export const getRoom = (id: string) =>
  run<Room>(`query GetRoom($id: ID!) { getRoom(id: $id) { ...WholeRoom } } ${ROOM}`, { id });

export const listRooms = (scope: 'MINE' | 'JOINABLE', nextToken: string | null) =>
  run<Page<Room>>(
    `query ListRooms($scope: RoomScope, $nextToken: String) {
      listRooms(scope: $scope, limit: 30, nextToken: $nextToken) { items { ...WholeRoom } nextToken }
    } ${ROOM}`,
    { scope, nextToken },
  );

export const createRoom = (input: { name: string; visibility: Visibility; clientId: string }) =>
  run<Room>(
    `mutation CreateRoom($input: CreateRoomInput!) { createRoom(input: $input) { ...WholeRoom } } ${ROOM}`,
    { input },
  );

const MEMBER_FIELDS = 'roomId user { id name avatarUrl } role joinedAt';

export const joinRoom = (roomId: string) =>
  run<Member>(`mutation JoinRoom($roomId: ID!) { joinRoom(roomId: $roomId) { ${MEMBER_FIELDS} } }`, {
    roomId,
  });

export const addMember = (input: { roomId: string; userId: string; role: Role }) =>
  run<Member>(
    `mutation AddMember($input: AddMemberInput!) { addMember(input: $input) { ${MEMBER_FIELDS} } }`,
    { input },
  );

export const removeMember = (input: { roomId: string; userId: string }) =>
  run<Member>(
    `mutation RemoveMember($input: RemoveMemberInput!) { removeMember(input: $input) { ${MEMBER_FIELDS} } }`,
    { input },
  );

export const listMembers = (roomId: string, nextToken: string | null) =>
  run<Page<Member>>(
    `query ListMembers($roomId: ID!, $nextToken: String) {
      listMembers(roomId: $roomId, limit: 50, nextToken: $nextToken) { items { ${MEMBER_FIELDS} } nextToken }
    }`,
    { roomId, nextToken },
  );

export const listMessages = (roomId: string, nextToken: string | null) =>
  run<Page<Message>>(
    `query ListMessages($roomId: ID!, $limit: Int, $nextToken: String) {
      listMessages(roomId: $roomId, sortDirection: DESC, limit: $limit, nextToken: $nextToken) {
        items { ...WholeMessage } nextToken
      }
    } ${MESSAGE}`,
    { roomId, limit: MESSAGES_A_PAGE, nextToken },
  );

export const syncMessages = (roomId: string, afterSeq: number) =>
  run<MessageSync>(
    `query SyncMessages($roomId: ID!, $afterSeq: Int!, $limit: Int) {
      syncMessages(roomId: $roomId, afterSeq: $afterSeq, limit: $limit) { items { ...WholeMessage } headSeq }
    } ${MESSAGE}`,
    { roomId, afterSeq, limit: MESSAGES_A_SYNC },
  );

export interface ContentInput {
  text: string | null;
  attachmentIds: string[];
}

export const sendMessage = (input: { roomId: string; clientId: string; content: ContentInput }) =>
  run<MessageEvent>(
    `mutation SendMessage($input: SendMessageInput!) { sendMessage(input: $input) { ...WholeMessage } } ${MESSAGE}`,
    { input },
  );

export const updateMessage = (input: { roomId: string; id: string; content: ContentInput }) =>
  run<MessageEvent>(
    `mutation UpdateMessage($input: UpdateMessageInput!) { updateMessage(input: $input) { ...WholeMessage } } ${MESSAGE}`,
    { input },
  );

export const deleteMessage = (input: { roomId: string; id: string }) =>
  run<MessageEvent>(
    `mutation DeleteMessage($input: DeleteMessageInput!) { deleteMessage(input: $input) { ...WholeMessage } } ${MESSAGE}`,
    { input },
  );

export const createUpload = (input: { roomId: string; name: string; contentType: string; size: number }) =>
  run<Upload>(
    `mutation CreateUpload($input: CreateUploadInput!) {
      createUpload(input: $input) {
        attachment { id name contentType size url } method url headers { name value }
      }
    }`,
    { input },
  );

export const getAttachment = (roomId: string, id: string) =>
  run<Attachment>(
    `query GetAttachment($roomId: ID!, $id: ID!) {
      getAttachment(roomId: $roomId, id: $id) { id name contentType size url }
    }`,
    { roomId, id },
  );
