// One open room: its messages, and those on their way.
import { useEffect, useState } from 'react';
import * as api from '../chat/api';
import { followRoom, type FollowedRoom, type RoomView } from '../chat/follow-room';
import { outgoing, type Outgoing, type OutgoingMessage } from '../chat/outgoing';
import type { MessageEvent } from '../chat/types';
import { listenLive } from '../live';
import { explain } from '../problems';

export interface OpenRoom {
  view: RoomView;
  waiting: readonly OutgoingMessage[];
  followed: FollowedRoom;
  outgoing: Outgoing;
}

/** Null until it is open. `round` opens it anew, e.g. after joining. */
export function useRoom(roomId: string, round: number): OpenRoom | null {
  const [room, setRoom] = useState<OpenRoom | null>(null);

  useEffect(() => {
    const changed = () => {
      const waiting = queue.list().filter(({ clientId }) => !isStored(followed.view(), clientId));
      setRoom({ view: followed.view(), waiting, followed, outgoing: queue });
    };
    const followed = followRoom(
      {
        listen: (listener) =>
          listenLive<MessageEvent>(
            `subscription OnMessage($roomId: ID!) { onMessage(roomId: $roomId) { ...WholeMessage } } ${api.MESSAGE}`,
            { roomId },
            listener,
          ),
        listMessages: (nextToken) => api.listMessages(roomId, nextToken),
        syncMessages: (afterSeq) => api.syncMessages(roomId, afterSeq),
        explain,
        pause,
      },
      () => changed(),
    );
    const queue = outgoing({
      send: ({ clientId, text, attachments }) =>
        api.sendMessage({
          roomId,
          clientId,
          content: { text: text || null, attachmentIds: attachments.map(({ id }) => id) },
        }),
      sent: followed.absorb,
      explain,
      pause,
      newId: () => crypto.randomUUID(),
      now: () => new Date().toISOString(),
      changed: () => changed(),
    });
    changed();

    const lookAgain = () => {
      if (document.visibilityState === 'visible') followed.check();
    };
    document.addEventListener('visibilitychange', lookAgain);
    addEventListener('online', lookAgain);
    return () => {
      document.removeEventListener('visibilitychange', lookAgain);
      removeEventListener('online', lookAgain);
      followed.close();
      queue.close();
    };
  }, [roomId, round]);

  return room;
}

/** The event may come before the answer: then the message is already in its place. */
function isStored(view: RoomView, clientId: string): boolean {
  return [...view.timeline.byId.values()].some((message) => message.clientId === clientId);
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
