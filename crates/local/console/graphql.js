// GraphQL as AppSync serves it: requests over HTTP, subscriptions over its WebSocket protocol.
import { accessToken } from './cognito.js';

let config;

export function configure(newConfig) {
  config = newConfig;
}

/** `caller` is an e-mail address of somebody signed in, or null for the API key. */
async function credentials(caller) {
  return caller ? { Authorization: await accessToken(caller) } : { 'x-api-key': config.apiKey };
}

/** Answers `{ status, tookMs, body }`; the body is text when it is not JSON. */
export async function run(caller, request) {
  const headers = { 'content-type': 'application/json', ...(await credentials(caller)) };
  const from = performance.now();
  const answer = await fetch(config.graphqlUrl, { method: 'POST', headers, body: JSON.stringify(request) });
  const text = await answer.text();
  let body = text;
  try {
    body = JSON.parse(text);
  } catch {
    // Shown as it came.
  }
  return { status: answer.status, tookMs: Math.round(performance.now() - from), body };
}

/**
 * Starts a subscription on a socket of its own and keeps it through interruptions.
 * `onState(state, detail)`: connecting | live | reconnecting | refused | stopped. Answers the function that stops it.
 */
export function subscribe(caller, request, { onEvent, onState }) {
  const id = crypto.randomUUID();
  let socket;
  let timer;
  let attempt = 0;
  let isOver = false;

  const over = (state, detail) => {
    isOver = true;
    clearTimeout(timer);
    onState(state, detail);
    socket?.close(1000);
  };

  async function connect() {
    let authorization;
    try {
      authorization = { ...(await credentials(caller)), host: new URL(config.graphqlUrl).host };
    } catch (error) {
      // `fetch` throws a TypeError when the server is away; anything else means that the session is over.
      return error instanceof TypeError ? retry('the server is away') : over('refused', error.message);
    }
    if (isOver) return;
    socket = new WebSocket(config.realtimeUrl, [
      'graphql-ws',
      `header-${base64url(JSON.stringify(authorization))}`,
    ]);
    const say = (message) => socket.send(JSON.stringify(message));
    socket.onopen = () => say({ type: 'connection_init' });
    socket.onmessage = ({ data }) => {
      const { type, payload } = JSON.parse(data);
      if (type === 'connection_ack') {
        say({ id, type: 'start', payload: { data: JSON.stringify(request), extensions: { authorization } } });
      } else if (type === 'start_ack') {
        attempt = 0;
        onState('live');
      } else if (type === 'data') {
        onEvent(payload);
      } else if (type === 'error' || type === 'connection_error') {
        const [error] = payload?.errors ?? [];
        over('refused', [error?.errorType, error?.message].filter(Boolean).join(': '));
      } else if (type === 'complete') {
        over('stopped', 'ended by the server');
      }
    };
    socket.onclose = () => retry('the connection broke');
  }

  function retry(why) {
    if (isOver) return;
    onState('reconnecting', `${why}; what is sent meanwhile does not appear here`);
    timer = setTimeout(connect, Math.min(500 * 2 ** attempt, 10_000));
    attempt += 1;
  }

  onState('connecting');
  connect();
  return () => {
    if (isOver) return;
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ id, type: 'stop' }));
    over('stopped');
  };
}

function base64url(text) {
  const bytes = String.fromCharCode(...new TextEncoder().encode(text));
  return btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
