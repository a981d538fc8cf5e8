// The shapes of `schema.graphql` that the page uses.
//
// What subscriptions deliver is nullable but for the ids: a mutation that selected less arrives with nulls.

export interface Profile {
  id: string;
  name: string | null;
  avatarUrl: string | null;
}

export type Visibility = 'PUBLIC' | 'PRIVATE';
export type Role = 'OWNER' | 'ADMIN' | 'MEMBER';

export interface Room {
  id: string;
  name: string | null;
  visibility: Visibility | null;
  ownerId: string | null;
  createdAt: string | null;
  headSeq: number | null;
}

export interface Member {
  roomId: string;
  user: Profile;
  role: Role;
  joinedAt: string;
}

export interface Attachment {
  id: string;
  name: string | null;
  contentType: string | null;
  /** In bytes. */
  size: number | null;
  /** A presigned GET, valid for 15 minutes. */
  url: string | null;
}

/** A message as an event brings it. */
export interface MessageEvent {
  id: string;
  roomId: string;
  seq: number | null;
  clientId: string | null;
  sender: Profile | null;
  content: { text: string | null; attachments: Attachment[] | null } | null;
  createdAt: string | null;
  updatedAt: string | null;
  deletedAt: string | null;
  version: number | null;
}

/** A message that has its place in the room and its version: what the timeline holds. */
export interface Message extends MessageEvent {
  seq: number;
  version: number;
}

export function isWhole(event: MessageEvent): event is Message {
  return event.seq !== null && event.version !== null;
}

export interface Page<T> {
  items: T[];
  nextToken: string | null;
}

export interface MessageSync {
  items: Message[];
  headSeq: number;
}

export interface Upload {
  attachment: Attachment;
  method: string;
  url: string;
  headers: { name: string; value: string }[];
}
