// The live page: requests, subscriptions and mails as they come (server-sent events), and the tables on demand.
import { clock, el, json } from './dom.js';

const MOST_ROWS = 200;
const section = (id) => document.getElementById(id);
const table = (heads) => {
  const body = el('tbody');
  const head = el('tr', {}, ...heads.map((text) => el('th', { scope: 'col' }, text)));
  return { element: el('table', {}, el('thead', {}, head), body), body };
};
const row = (...cells) => el('tr', {}, ...cells.map((cell) => el('td', {}, cell ?? '')));
const quiet = (text) => el('p', { class: 'quiet' }, text);

const requests = table(['Time', 'Service', 'Operation', 'Caller', 'Status', 'ms', 'Error']);
section('requests').append(requests.element);

function showRequest({ atMs, service, operation, caller, status, ms, errorType }) {
  const error = errorType && el('span', { class: 'problem' }, errorType);
  requests.body.prepend(row(clock(atMs), service, operation, caller, status, ms, error));
  if (requests.body.rows.length > MOST_ROWS) requests.body.lastElementChild.remove();
}

function showSubscriptions(subscriptions) {
  const shown = table(['Connection', 'Id', 'Field', 'Variables', 'User']);
  shown.body.append(
    ...subscriptions.map(({ connection, id, field, variables, user }) =>
      row(connection, id, field, variables.join(', '), user ?? 'API key'),
    ),
  );
  section('subscriptions').replaceChildren(subscriptions.length ? shown.element : quiet('None at the moment.'));
}

function showOutbox(mails) {
  const shown = table(['Time', 'To', 'Kind', 'Code']);
  shown.body.append(...mails.map(({ sentAt, to, kind, code }) => row(clock(sentAt), to, kind, el('code', {}, code))));
  section('outbox').replaceChildren(mails.length ? shown.element : quiet('No mail yet.'));
}

// "S", "N" and the like say what DynamoDB stores; a reader wants the value.
function plain(value) {
  const [type, inner] = Object.entries(value)[0];
  if (type === 'M') return item(inner);
  if (type === 'L') return inner.map(plain);
  return type === 'N' ? Number(inner) : type === 'NULL' ? null : inner;
}
const item = (attributes) => Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, plain(value)]));

async function get(path) {
  const answer = await fetch(path, { cache: 'no-store' });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.message ?? `${path} answered ${answer.status}`);
  return body;
}

async function showItems(name, after) {
  const query = after ? `?after=${encodeURIComponent(JSON.stringify(after))}` : '';
  try {
    const page = await get(`/_local/tables/${encodeURIComponent(name)}${query}`);
    const more = page.LastEvaluatedKey;
    const button = (text, onclick) => el('button', { type: 'button', class: 'small', onclick }, text);
    section('items').replaceChildren(
      el('p', { class: 'row' }, el('strong', {}, name), button('From the start', () => showItems(name)), more && button('Next page', () => showItems(name, more))),
      ...(page.Items.length ? page.Items.map((attributes) => json(item(attributes))) : [quiet('No items here.')]),
    );
  } catch (error) {
    section('items').replaceChildren(el('p', { class: 'problem', role: 'alert' }, error.message));
  }
}

const { TableNames: names } = await get('/_local/tables');
section('tables').append(...names.map((name) => el('button', { type: 'button', onclick: () => showItems(name) }, name)));

const events = new EventSource('/_local/live/events');
const heard = (name, show) => events.addEventListener(name, ({ data }) => show(JSON.parse(data)));
heard('request', showRequest);
heard('subscriptions', showSubscriptions);
heard('outbox', showOutbox);
events.onopen = () => {
  // After a reconnect the last requests come again.
  requests.body.replaceChildren();
  section('state').textContent = 'live';
};
events.onerror = () => (section('state').textContent = 'the server is gone; trying again …');
