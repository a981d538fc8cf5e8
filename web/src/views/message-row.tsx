// One message: who, when, what; its author can edit and delete it.
import { useState } from 'react';
import * as api from '../chat/api';
import type { Outgoing, OutgoingMessage } from '../chat/outgoing';
import type { Message, MessageEvent, Profile } from '../chat/types';
import { explain } from '../problems';
import { AttachmentView } from './attachment-view';
import { Avatar } from './avatar';

interface Props {
  message: Message;
  isMine: boolean;
  startsDay: boolean;
  followsOn: boolean;
  onChanged: (message: MessageEvent) => void;
}

export function MessageRow({ message, isMine, startsDay, followsOn, onChanged }: Props) {
  const [draft, setDraft] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const attachments = message.content?.attachments ?? [];
  const isDeleted = message.deletedAt !== null;
  const isEdited = !isDeleted && message.version > 1;

  async function change(action: Promise<MessageEvent>) {
    try {
      onChanged(await action);
      setDraft(null);
      setProblem(null);
    } catch (thrown) {
      setProblem(explain(thrown).text);
    }
  }

  const where = { roomId: message.roomId, id: message.id };
  const save = () =>
    change(
      api.updateMessage({
        ...where,
        content: { text: draft!.trim() || null, attachmentIds: attachments.map(({ id }) => id) },
      }),
    );

  return (
    <li className={followsOn ? 'message follows-on' : 'message'} data-seq={message.seq}>
      {startsDay && message.createdAt && <p className="day">{dayOf(message.createdAt)}</p>}
      <div className="message-body">
        <Avatar profile={message.sender} />
        <div className="grow">
          <p className="by">
            <strong>{message.sender?.name ?? 'Someone'}</strong> <Time at={message.createdAt} />
          </p>
          {isDeleted ? (
            <p className="text quiet">This message was deleted.</p>
          ) : draft === null ? (
            <>
              {message.content?.text && (
                <p className="text">
                  {message.content.text}
                  {isEdited && <Edited at={message.updatedAt} />}
                </p>
              )}
              {attachments.map((attachment) => (
                <AttachmentView key={attachment.id} roomId={message.roomId} attachment={attachment} />
              ))}
              {isEdited && !message.content?.text && <Edited at={message.updatedAt} />}
            </>
          ) : (
            <form
              className="stack"
              onSubmit={(event) => {
                event.preventDefault();
                void save();
              }}
            >
              <textarea
                aria-label="Edit the message"
                value={draft}
                onChange={(event) => setDraft(event.target.value)}
                onKeyDown={(event) => {
                  if (event.key === 'Escape') setDraft(null);
                  if (event.key === 'Enter' && !event.shiftKey) {
                    event.preventDefault();
                    void save();
                  }
                }}
                autoFocus
              />
              <div className="row">
                <button className="primary small">Save</button>
                <button type="button" className="small" onClick={() => setDraft(null)}>
                  Cancel
                </button>
              </div>
            </form>
          )}
          {problem && <p role="alert">{problem}</p>}
        </div>
        {isMine && !isDeleted && draft === null && (
          <span className="tools">
            <button className="plain small" onClick={() => setDraft(message.content?.text ?? '')}>
              Edit
            </button>
            <button className="plain small" onClick={() => void change(api.deleteMessage(where))}>
              Delete
            </button>
          </span>
        )}
      </div>
    </li>
  );
}

/** A message that the server does not have yet. */
export function WaitingRow(props: { message: OutgoingMessage; me: Profile; queue: Outgoing }) {
  const { message, me, queue } = props;
  return (
    <li className="message waiting">
      <div className="message-body">
        <Avatar profile={me} />
        <div className="grow">
          <p className="by">
            <strong>{me.name ?? 'You'}</strong>{' '}
            <span className="quiet small">
              {message.state === 'waiting' ? 'waiting for the server …' : 'sending …'}
            </span>
          </p>
          <p className="text">{message.text}</p>
          {message.state === 'refused' && (
            <p role="alert" className="row">
              <span className="grow">Not sent: {message.problem?.text}</span>
              <button className="small" onClick={() => queue.retry(message.clientId)}>
                Try again
              </button>
              <button className="small" onClick={() => queue.discard(message.clientId)}>
                Discard
              </button>
            </p>
          )}
        </div>
      </div>
    </li>
  );
}

const Edited = ({ at }: { at: string | null }) => (
  <span className="edited" title={at ? new Date(at).toLocaleString() : undefined}>
    {' '}
    (edited)
  </span>
);

function Time({ at }: { at: string | null }) {
  if (!at) return null;
  const date = new Date(at);
  const hours = date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  return (
    <time className="quiet small" dateTime={at} title={date.toLocaleString()}>
      {hours}
    </time>
  );
}

function dayOf(at: string): string {
  const date = new Date(at);
  if (date.toDateString() === new Date().toDateString()) return 'Today';
  return date.toLocaleDateString([], { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
}
