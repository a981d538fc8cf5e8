// The lists of rooms, and the form that creates one.
import { useRef, useState } from 'react';
import * as api from '../chat/api';
import type { Room, Visibility } from '../chat/types';
import { explain } from '../problems';
import { roomAddress } from './address';
import type { Rooms } from './use-rooms';
import { Icon } from './icon';

export function Lobby({ rooms, openRoomId }: { rooms: Rooms; openRoomId: string | null }) {
  const { mine, joinable } = rooms;
  return (
    <nav className="lobby" aria-label="Rooms">
      <CreateRoom onCreated={rooms.joined} />
      {rooms.problem && <p role="alert">{rooms.problem}</p>}
      <RoomList title="Your rooms" rooms={mine.rooms} openRoomId={openRoomId} none="None yet." />
      {mine.nextToken && <More onClick={() => rooms.more('MINE')} />}
      <RoomList
        title="Rooms you can join"
        rooms={joinable.rooms}
        openRoomId={openRoomId}
        none="None right now."
      />
      {joinable.nextToken && <More onClick={() => rooms.more('JOINABLE')} />}
    </nav>
  );
}

const More = ({ onClick }: { onClick: () => void }) => (
  <button className="plain small" onClick={onClick}>
    More rooms
  </button>
);

function RoomList(props: { title: string; rooms: Room[]; openRoomId: string | null; none: string }) {
  return (
    <section aria-label={props.title}>
      <h2>{props.title}</h2>
      {props.rooms.length === 0 && <p className="quiet small">{props.none}</p>}
      <ul className="rooms">
        {props.rooms.map((room) => (
          <li key={room.id}>
            <a href={roomAddress(room.id)} aria-current={room.id === props.openRoomId ? 'page' : undefined}>
              <span aria-hidden="true" className="quiet">
                {room.visibility === 'PRIVATE' ? <Icon of="lock" /> : '#'}
              </span>
              <span className="ellipsis">{room.name}</span>
              {room.visibility === 'PRIVATE' && <span className="unseen">(private)</span>}
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function CreateRoom({ onCreated }: { onCreated: (room: Room) => void }) {
  const [isOpen, setIsOpen] = useState(false);
  const [name, setName] = useState('');
  const [visibility, setVisibility] = useState<Visibility>('PUBLIC');
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  // One id for one room, however often the button is pressed before it worked.
  const clientId = useRef(crypto.randomUUID());

  if (!isOpen) {
    return (
      <button className="primary" onClick={() => setIsOpen(true)}>
        New room
      </button>
    );
  }

  async function create() {
    setIsBusy(true);
    try {
      const room = await api.createRoom({ name: name.trim(), visibility, clientId: clientId.current });
      clientId.current = crypto.randomUUID();
      setName('');
      setProblem(null);
      setIsOpen(false);
      onCreated(room);
      location.hash = roomAddress(room.id);
    } catch (thrown) {
      setProblem(explain(thrown).text);
    } finally {
      setIsBusy(false);
    }
  }

  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void create();
      }}
    >
      <label>
        Name of the room
        <input
          value={name}
          onChange={(event) => setName(event.target.value)}
          required
          maxLength={100}
          autoFocus
        />
      </label>
      <fieldset className="choice">
        <legend className="unseen">Who may join</legend>
        <label>
          <input type="radio" checked={visibility === 'PUBLIC'} onChange={() => setVisibility('PUBLIC')} />
          Public
        </label>
        <label>
          <input type="radio" checked={visibility === 'PRIVATE'} onChange={() => setVisibility('PRIVATE')} />
          Private
        </label>
      </fieldset>
      {problem && <p role="alert">{problem}</p>}
      <div className="row">
        <button className="primary" disabled={isBusy}>
          Create
        </button>
        <button type="button" onClick={() => setIsOpen(false)}>
          Cancel
        </button>
      </div>
    </form>
  );
}
