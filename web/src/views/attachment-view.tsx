// A picture, or a link to any other file.
import { useState } from 'react';
import * as api from '../chat/api';
import type { Attachment } from '../chat/types';
import { Icon } from './icon';

// What browsers show as a picture without running anything inside it.
const PICTURES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif'];

export function AttachmentView({ roomId, attachment }: { roomId: string; attachment: Attachment }) {
  const [url, setUrl] = useState(attachment.url);
  const [state, setState] = useState<'first' | 'refreshed' | 'broken'>('first');
  const name = attachment.name ?? 'file';

  // The link is valid for 15 minutes; the page may be open for longer.
  async function refresh(): Promise<string | null> {
    const fresh = await api.getAttachment(roomId, attachment.id);
    setUrl(fresh.url);
    return fresh.url;
  }

  if (!PICTURES.includes(attachment.contentType ?? '') || state === 'broken' || !url) {
    return (
      <p>
        <button
          className="link"
          onClick={() =>
            void refresh().then(
              (fresh) => fresh && open(fresh, '_blank', 'noopener'),
              () => setState('broken'),
            )
          }
        >
          <Icon of="clip" /> {name}
        </button>{' '}
        <span className="quiet small">{readableSize(attachment.size)}</span>
      </p>
    );
  }
  return (
    <a className="picture" href={url} target="_blank" rel="noreferrer">
      {/* The key makes a new element of it: a browser does not try the same address again. */}
      <img
        key={state}
        src={url}
        alt={name}
        loading="lazy"
        onError={() => {
          setState(state === 'first' ? 'refreshed' : 'broken');
          if (state === 'first') refresh().catch(() => setState('broken'));
        }}
      />
    </a>
  );
}

export function readableSize(bytes: number | null): string {
  if (bytes === null) return '';
  if (bytes < 1024) return `${bytes} B`;
  const kib = bytes / 1024;
  return kib < 1024 ? `${kib.toFixed(0)} KiB` : `${(kib / 1024).toFixed(1)} MiB`;
}
