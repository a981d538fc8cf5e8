// Signed in or not, and which room is open: the address is `#/rooms/<id>`.
import { getCurrentUser, signOut } from 'aws-amplify/auth';
import { Hub } from 'aws-amplify/utils';
import { useCallback, useEffect, useState } from 'react';
import * as api from '../chat/api';
import type { Profile } from '../chat/types';
import { explain, hasSessionEnded } from '../problems';
import { useRoomInAddress } from './address';
import { Avatar } from './avatar';
import { Copy } from './copy';
import { Lobby } from './lobby';
import { RoomPage } from './room-page';
import { SignIn } from './sign-in';
import { useRooms } from './use-rooms';

type Session = { state: 'looking' } | { state: 'signed-out' } | { state: 'signed-in'; me: Profile };

export function App({ outbox, hasSignInPage }: { outbox: string | null; hasSignInPage: boolean }) {
  const [session, setSession] = useState<Session>({ state: 'looking' });

  const look = useCallback(async () => {
    try {
      const { userId, signInDetails } = await getCurrentUser();
      const fallback = { id: userId, name: signInDetails?.loginId ?? null, avatarUrl: null };
      const me = await api.me().catch((thrown: unknown) => {
        if (hasSessionEnded(thrown)) throw thrown;
        // The profile only adds a name; the chat works without it, e.g. while the server is away.
        return fallback;
      });
      setSession({ state: 'signed-in', me });
    } catch (thrown) {
      // Tokens that the server no longer knows are of no use, and would be in the way of signing in.
      if (hasSessionEnded(thrown)) await signOut().catch(() => undefined);
      setSession({ state: 'signed-out' });
    }
  }, []);

  useEffect(() => {
    void look();
    return Hub.listen('auth', ({ payload }) => {
      if (payload.event === 'signedIn') void look();
      if (payload.event === 'signedOut' || payload.event === 'tokenRefresh_failure') {
        setSession((current) => (current.state === 'signed-in' ? { state: 'signed-out' } : current));
      }
    });
  }, [look]);

  if (session.state === 'looking') return <main className="centre quiet">One moment …</main>;
  if (session.state === 'signed-out') return <SignIn outbox={outbox} hasSignInPage={hasSignInPage} />;
  return <Chat me={session.me} />;
}

function Chat({ me }: { me: Profile }) {
  const roomId = useRoomInAddress();
  const rooms = useRooms(me.id);
  const [problem, setProblem] = useState<string | null>(null);

  return (
    <div className={roomId ? 'chat in-room' : 'chat'}>
      <aside className="sidebar">
        <header className="me">
          <Avatar profile={me} />
          <div className="grow">
            <strong className="ellipsis">{me.name ?? 'You'}</strong>
            <Copy text={me.id} label="Copy my user id" />
          </div>
          <button
            className="plain"
            onClick={() => void signOut().catch((thrown: unknown) => setProblem(explain(thrown).text))}
          >
            Sign out
          </button>
        </header>
        {problem && <p role="alert">{problem}</p>}
        <Lobby rooms={rooms} openRoomId={roomId} />
      </aside>
      {roomId ? (
        <RoomPage key={roomId} roomId={roomId} me={me} onJoined={rooms.joined} />
      ) : (
        <main className="centre quiet wide-only">Choose a room, or create one.</main>
      )}
    </div>
  );
}
