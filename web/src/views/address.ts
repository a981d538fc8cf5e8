// Which room is open stands in the page's address, so that a link leads there and the Back button works.
import { useEffect, useState } from 'react';

export const roomAddress = (roomId: string) => `#/rooms/${encodeURIComponent(roomId)}`;

export function useRoomInAddress(): string | null {
  const read = () => {
    const found = /^#\/rooms\/([^/]+)$/.exec(location.hash)?.[1];
    return found ? decodeURIComponent(found) : null;
  };
  const [roomId, setRoomId] = useState(read);
  useEffect(() => {
    const changed = () => setRoomId(read());
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return roomId;
}
