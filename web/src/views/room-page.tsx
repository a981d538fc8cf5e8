// A room: its messages as they come, and the place to write.
import { useEffect, useState } from 'react';
import * as api from '../chat/api';
import { inOrder } from '../chat/timeline';
import type { Message, Profile, Room } from '../chat/types';
import { explain } from '../problems';
import { Composer } from './composer';
import { Members } from './members';
import { MessageRow, WaitingRow } from './message-row';
import { useRoom, type OpenRoom } from './use-room';

interface Props {
  roomId: string;
  me: Profile;
  onJoined: (room: Room) => void;
}

export function RoomPage({ roomId, me, onJoined }: Props) {
  const [round, setRound] = useState(0);
  const [showsMembers, setShowsMembers] = useState(false);
  const { room, problem } = useRoomHead(roomId);
  const open = useRoom(roomId, round);
  const refusal = open?.view.state === 'refused' ? open.view.problem : null;
  const canJoin = refusal?.type === 'Forbidden' && room?.visibility === 'PUBLIC';

  return (
    <main className="room">
      <header className="room-head">
        <a className="back" href="#/" aria-label="All rooms">
          ‹
        </a>
        <h1 className="ellipsis grow">{room?.name ?? (problem ? 'A closed room' : '…')}</h1>
        {room?.visibility === 'PRIVATE' && <span className="badge">private</span>}
        {open && !refusal && (
          <button aria-expanded={showsMembers} onClick={() => setShowsMembers(!showsMembers)}>
            Members
          </button>
        )}
      </header>
      {open && <Connection open={open} />}
      {showsMembers && !refusal && <Members roomId={roomId} me={me} onClose={() => setShowsMembers(false)} />}
      {refusal || problem ? (
        <Refused
          text={canJoin ? null : (problem ?? refusal!.text)}
          room={room}
          onJoined={(joined) => {
            onJoined(joined);
            setRound(round + 1);
          }}
        />
      ) : (
        open && <Conversation open={open} roomId={roomId} me={me} />
      )}
    </main>
  );
}

function useRoomHead(roomId: string) {
  const [head, setHead] = useState<{ room: Room | null; problem: string | null }>({
    room: null,
    problem: null,
  });
  useEffect(() => {
    let isGone = false;
    let timer: ReturnType<typeof setTimeout>;
    const look = () =>
      api.getRoom(roomId).then(
        (room) => !isGone && setHead({ room, problem: null }),
        (thrown: unknown) => {
          if (isGone) return;
          const problem = explain(thrown);
          if (problem.kind === 'refused') setHead({ room: null, problem: problem.text });
          else timer = setTimeout(() => void look(), 3000);
        },
      );
    void look();
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [roomId]);
  return head;
}

/** Says when what is shown may be behind; a short hiccup is not worth a word (the style sheet waits). */
function Connection({ open }: { open: OpenRoom }) {
  if (open.view.state !== 'reconnecting' && !(open.view.state === 'opening' && open.view.problem))
    return null;
  return (
    <p className="connection" role="status">
      Reconnecting … nothing gets lost.
    </p>
  );
}

function Refused(props: { text: string | null; room: Room | null; onJoined: (room: Room) => void }) {
  const [problem, setProblem] = useState<string | null>(null);
  const { room } = props;
  return (
    <div className="centre stack">
      {props.text !== null ? (
        <p role="alert">{props.text}</p>
      ) : (
        room && (
          <>
            <p>You are not in this room yet.</p>
            <button
              className="primary"
              onClick={() =>
                void api.joinRoom(room.id).then(
                  () => props.onJoined(room),
                  (thrown: unknown) => setProblem(explain(thrown).text),
                )
              }
            >
              Join {room.name}
            </button>
          </>
        )
      )}
      {problem && <p role="alert">{problem}</p>}
    </div>
  );
}

function Conversation({ open, roomId, me }: { open: OpenRoom; roomId: string; me: Profile }) {
  const { view, waiting, followed } = open;
  const [isLoadingOlder, setIsLoadingOlder] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const messages = inOrder(view.timeline);

  async function loadOlder() {
    setIsLoadingOlder(true);
    try {
      await followed.loadOlder();
      setProblem(null);
    } catch (thrown) {
      setProblem(explain(thrown).text);
    } finally {
      setIsLoadingOlder(false);
    }
  }

  return (
    <>
      {/* Laid out from the bottom up: the newest message stays in view, and older ones do not push it away. */}
      <div className="scroller">
        <ol className="messages" aria-label="Messages" aria-live="polite">
          {view.hasOlder && (
            <li className="older">
              <button onClick={() => void loadOlder()} disabled={isLoadingOlder}>
                Older messages
              </button>
              {problem && <p role="alert">{problem}</p>}
            </li>
          )}
          {messages.map((message, i) => (
            <MessageRow
              key={message.id}
              message={message}
              isMine={message.sender?.id === me.id}
              startsDay={day(message) !== day(messages[i - 1])}
              followsOn={followsOn(messages[i - 1], message)}
              onChanged={followed.absorb}
            />
          ))}
          {waiting.map((message) => (
            <WaitingRow key={message.clientId} message={message} me={me} queue={open.outgoing} />
          ))}
          {view.timeline.span && messages.length + waiting.length === 0 && (
            <li className="older quiet">Nothing here yet. Say hello.</li>
          )}
        </ol>
      </div>
      <Composer roomId={roomId} onSend={open.outgoing.send} />
    </>
  );
}

const day = (message: Message | undefined) =>
  message?.createdAt && new Date(message.createdAt).toDateString();

/** The same person again within five minutes: no need to repeat who speaks. */
function followsOn(before: Message | undefined, message: Message): boolean {
  if (!before?.createdAt || !message.createdAt || before.sender?.id !== message.sender?.id) return false;
  const apart = Date.parse(message.createdAt) - Date.parse(before.createdAt);
  return apart < 5 * 60_000 && day(before) === day(message);
}
