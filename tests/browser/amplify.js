// A page with nothing but the real aws-amplify, for tests that call it directly: `window.amplify`.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

// The chat's own aws-amplify and bundler, so that there is one version of each.
const WEB = join(import.meta.dirname, '../../web');
const ENTRY = join(WEB, 'amplify-page.js'); // not a file: `load` below gives its text

const PAGE = `
  import { Amplify } from 'aws-amplify';
  import * as auth from 'aws-amplify/auth';
  import { generateClient } from 'aws-amplify/api';
  import { Hub } from 'aws-amplify/utils';
  import 'aws-amplify/auth/enable-oauth-listener';
  const config = await (await fetch('/config.json')).json();
  const heard = [];
  Hub.listen('auth', ({ payload }) => heard.push(payload.event));
  Amplify.configure(config.amplify);
  const graphql = ({ authMode, ...request }) => generateClient({ authMode }).graphql(request);
  const events = [];
  const subscribe = (request) => void graphql(request).subscribe({
    next: ({ data }) => events.push(data),
    error: ({ errors }) => events.push({ refused: errors?.[0]?.message }),
  });
  const more = { graphql, subscribe, events: () => events, heard };
  // Not a copy: \`autoSignIn\` is another function after a sign-up.
  window.amplify = new Proxy(auth, { get: (all, name) => more[name] ?? all[name] });
`;

async function bundle() {
  const { build } = await import(pathToFileURL(createRequire(join(WEB, 'package.json')).resolve('vite')));
  const entry = {
    name: 'amplify-page',
    resolveId: (id) => (id === ENTRY ? id : null),
    load: (id) => (id === ENTRY ? PAGE : null),
  };
  const { output } = await build({
    root: WEB,
    configFile: false,
    logLevel: 'error',
    plugins: [entry],
    build: { write: false, minify: false, target: 'es2022', rollupOptions: { input: ENTRY } },
  });
  return output.find((part) => part.type === 'chunk' && part.isEntry).code;
}

/**
 * The page on a free port. `configure(url)` says whose `/config.json` it has: a server that is to send people back
 * here must know the page's address first.
 */
export async function serveAmplify() {
  const script = await bundle();
  let config;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const give = (type, body) => response.writeHead(200, { 'content-type': type }).end(body);
    if (pathname === '/config.json') give('application/json', config);
    else if (pathname === '/page.js') give('text/javascript', script);
    else if (pathname === '/') {
      give('text/html', '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>');
    } else response.writeHead(404).end();
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  return {
    url: `http://localhost:${server.address().port}/`,
    async configure(parlorUrl) {
      config = await (await fetch(`${parlorUrl}/config.json`)).text();
    },
    /** The same with a configuration of the test's own. */
    configureWith(amplify) {
      config = JSON.stringify({ amplify });
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Waits until the page's Amplify can be called. */
export const isReady = (page) => page.waitForFunction(() => window.amplify !== undefined);

/** Calls a function of Amplify on the page; a refusal is thrown with its name. */
export async function call(page, name, input) {
  const outcome = await page.evaluate(
    async ([name, input]) => {
      try {
        const value = await window.amplify[name](input);
        // Dates, URLs and methods stay on the page.
        return { value: value === undefined ? null : JSON.parse(JSON.stringify(value)) };
      } catch (error) {
        return { refused: error.name, message: error.message };
      }
    },
    [name, input],
  );
  if (outcome.refused) throw Object.assign(new Error(outcome.message), { name: outcome.refused });
  return outcome.value;
}
