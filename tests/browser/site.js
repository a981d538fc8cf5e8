// Serves the built chat on a free port, with `/config.json` from the server: as any static host would.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { extname, join, normalize } from 'node:path';

const DIST = join(import.meta.dirname, '../../web/dist');
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

/** `parlorUrl` is where `/config.json` comes from. */
export async function serveSite(parlorUrl) {
  if (!existsSync(join(DIST, 'index.html'))) {
    throw new Error('The chat is not built: run `npm ci && npm run build` in web/.');
  }
  const server = createServer((request, response) => {
    answer(request.url, parlorUrl).then(
      ({ status, type, body }) => response.writeHead(status, { 'content-type': type }).end(body),
      (error) => response.writeHead(502, { 'content-type': 'text/plain' }).end(String(error)),
    );
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  return {
    url: `http://localhost:${server.address().port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function answer(url, parlorUrl) {
  const { pathname } = new URL(url, 'http://localhost');
  if (pathname === '/config.json') {
    const config = await fetch(`${parlorUrl}/config.json`);
    return { status: config.status, type: 'application/json', body: await config.text() };
  }
  const file = normalize(pathname === '/' ? '/index.html' : decodeURIComponent(pathname));
  try {
    return {
      status: 200,
      type: TYPES[extname(file)] ?? 'application/octet-stream',
      body: await readFile(join(DIST, file)),
    };
  } catch {
    return { status: 404, type: 'text/plain', body: 'Not found' };
  }
}
