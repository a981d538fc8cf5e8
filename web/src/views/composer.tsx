// Where a message is written and pictures are added.
import { useRef, useState, type ClipboardEvent } from 'react';
import type { Draft } from '../chat/outgoing';
import type { Attachment } from '../chat/types';
import { MAX_FILE_BYTES, upload } from '../chat/upload';
import { explain } from '../problems';
import { readableSize } from './attachment-view';
import { Icon } from './icon';

/** The schema's limit for a message, and the number of files it may have. */
const MAX_TEXT_BYTES = 16 * 1024;
const MAX_FILES = 10;

interface ChosenFile {
  key: string;
  file: File;
  state: 'uploading' | 'ready' | 'failed';
  attachment: Attachment | null;
  problem: string | null;
}

export function Composer({ roomId, onSend }: { roomId: string; onSend: (draft: Draft) => void }) {
  const [text, setText] = useState('');
  const [files, setFiles] = useState<ChosenFile[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  const fileInput = useRef<HTMLInputElement>(null);

  const isUploading = files.some(({ state }) => state === 'uploading');
  const attachments = files.flatMap(({ attachment }) => attachment ?? []);
  const canSend = !isUploading && (text.trim() !== '' || attachments.length > 0);

  const update = (key: string, change: Partial<ChosenFile>) =>
    setFiles((before) => before.map((chosen) => (chosen.key === key ? { ...chosen, ...change } : chosen)));

  function start(key: string, file: File) {
    update(key, { state: 'uploading', problem: null });
    upload(roomId, file).then(
      (attachment) => update(key, { state: 'ready', attachment }),
      (thrown: unknown) => update(key, { state: 'failed', problem: explain(thrown).text }),
    );
  }

  function add(list: Iterable<File>) {
    const chosen = [...list];
    const tooBig = chosen.find(({ size }) => size > MAX_FILE_BYTES);
    if (tooBig) return setProblem(`${tooBig.name} is larger than ${readableSize(MAX_FILE_BYTES)}.`);
    if (files.length + chosen.length > MAX_FILES)
      return setProblem(`A message carries at most ${MAX_FILES} files.`);
    setProblem(null);
    for (const file of chosen) {
      const key = crypto.randomUUID();
      setFiles((before) => [...before, { key, file, state: 'uploading', attachment: null, problem: null }]);
      start(key, file);
    }
  }

  function send() {
    if (!canSend) return;
    if (new TextEncoder().encode(text.trim()).length > MAX_TEXT_BYTES) {
      return setProblem('This message is too long: 16 KiB is the limit.');
    }
    onSend({ text: text.trim(), attachments });
    setText('');
    setFiles([]);
    setProblem(null);
  }

  function paste(event: ClipboardEvent) {
    if (event.clipboardData.files.length === 0) return;
    event.preventDefault();
    add(event.clipboardData.files);
  }

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {problem && <p role="alert">{problem}</p>}
      {files.length > 0 && (
        <ul className="files" aria-label="Files of this message">
          {files.map(({ key, file, state, problem: why }) => (
            <li key={key} className={state}>
              <span className="ellipsis">{file.name}</span>
              <span className="quiet small">
                {state === 'ready' ? readableSize(file.size) : (why ?? 'uploading …')}
              </span>
              {state === 'failed' && (
                <button type="button" className="plain small" onClick={() => start(key, file)}>
                  Try again
                </button>
              )}
              <button
                type="button"
                className="plain small"
                aria-label={`Remove ${file.name}`}
                onClick={() => setFiles((before) => before.filter((chosen) => chosen.key !== key))}
              >
                <Icon of="cross" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className="row">
        <input
          ref={fileInput}
          type="file"
          accept="image/*"
          multiple
          hidden
          onChange={(event) => {
            add(event.target.files ?? []);
            event.target.value = '';
          }}
        />
        <button
          type="button"
          aria-label="Add a picture"
          title="Add a picture"
          onClick={() => fileInput.current?.click()}
        >
          <Icon of="picture" />
        </button>
        <textarea
          aria-label="Message"
          placeholder="Write a message"
          rows={1}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onPaste={paste}
          onKeyDown={(event) => {
            // While an input method composes a character, Enter belongs to it.
            if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
              event.preventDefault();
              send();
            }
          }}
        />
        <button className="primary" disabled={!canSend}>
          Send
        </button>
      </div>
    </form>
  );
}
