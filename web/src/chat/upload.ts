// Uploads a file straight to the bucket, with the presigned request that `createUpload` hands out.
import { createUpload } from './api';
import type { Attachment } from './types';

/** `createUpload` refuses more. */
export const MAX_FILE_BYTES = 25 * 1024 * 1024;

/** Answers the attachment to name in `sendMessage`. */
export async function upload(roomId: string, file: File): Promise<Attachment> {
  const contentType = file.type || 'application/octet-stream';
  const reserved = await createUpload({ roomId, name: file.name, contentType, size: file.size });
  const headers = new Headers();
  for (const { name, value } of reserved.headers) {
    // A browser sets these two itself and refuses to be told; the values are the same.
    if (!['content-length', 'host'].includes(name.toLowerCase())) headers.set(name, value);
  }
  const answer = await fetch(reserved.url, { method: reserved.method, headers, body: file });
  // 412: an earlier try got through, though its answer did not.
  if (!answer.ok && answer.status !== 412) throw new Error(`The upload of ${file.name} was refused (${answer.status}).`);
  return reserved.attachment;
}
