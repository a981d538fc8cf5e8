// Which room is open stands in the page's address, so that a link leads there and the Back button works.
import { useEffect, useState } from 'react';

export const roomAddress = (roomId: string) => `#/rooms/${roomId}`;

export function useRoomInAddress(): string | null {
  // An id needs no decoding, and a link that somebody mangled must not break the page.
  const read = () => /^#\/rooms\/([^/]+)$/.exec(location.hash)?.[1] ?? null;
  const [roomId, setRoomId] = useState(read);
  useEffect(() => {
    const changed = () => setRoomId(read());
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return roomId;
}
