// The editor, its answers, and the running subscriptions.
import { clock, copyButton, el, json } from './dom.js';
import { examples, learn, variablesOf } from './examples.js';
import { run, subscribe } from './graphql.js';
import { operations } from './operations.js';
import { caller, choose } from './people.js';
import { signedIn } from './cognito.js';

const EVENTS_AT_MOST = 200;
const known = {};

export function showWorkbench(section, liveSection) {
  const editor = textarea('Operation', 'operation');
  const variables = textarea('Variables, as JSON', 'variables');
  const as = el('span', { class: 'quiet' });
  const runButton = el(
    'button',
    { class: 'primary', type: 'button', onclick: start, title: 'Ctrl-Enter or ⌘-Enter' },
    'Run',
  );
  const result = el('div', { class: 'result', ariaLive: 'polite' });
  const live = showLive(liveSection);

  const chips = examples.map((example) =>
    el('button', { type: 'button', class: 'chip', onclick: () => load(example) }, example.title),
  );

  function load(example) {
    if (example.apiKey) choose(null);
    else if (caller() === null) choose(signedIn().at(-1)?.email ?? null);
    put(example.document, variablesOf(example, known));
  }

  function put(document, variablesText) {
    editor.value = document;
    variables.value = variablesText;
    editor.focus();
    name();
  }

  /** The operation under the cursor: a document may hold several. */
  function current() {
    const all = operations(editor.value);
    return { all, operation: all.findLast(({ at }) => at <= editor.selectionStart) ?? all[0] };
  }

  function name() {
    const { all, operation } = current();
    const verb = operation?.type === 'subscription' ? 'Start' : 'Run';
    runButton.textContent = all.length > 1 && operation.name ? `${verb} ${operation.name}` : verb;
  }

  async function start() {
    const { all, operation } = current();
    if (!operation) return show(problem('Nothing to run', 'Write an operation, or choose an example.'));
    const request = { query: editor.value, variables: {} };
    if (all.length > 1 && operation.name) request.operationName = operation.name;
    try {
      if (variables.value.trim()) request.variables = JSON.parse(variables.value);
    } catch (error) {
      return show(problem('The variables are not JSON', error.message));
    }
    if (operation.type === 'subscription')
      return live.start(caller(), operation.name ?? 'subscription', request);
    runButton.disabled = true;
    try {
      const { status, tookMs, body } = await run(caller(), request);
      learn(known, body.data);
      const errors = (body.errors ?? []).map((error) => {
        const where = (error.path ?? []).join('.');
        const at = (error.locations ?? [])
          .map(({ line, column }) => `line ${line}, column ${column}`)
          .join('; ');
        return problem(error.errorType ?? 'Error', error.message, [where, at].filter(Boolean).join(' · '));
      });
      const head = el(
        'p',
        { class: 'quiet row' },
        `${status === 200 ? '' : `HTTP ${status} · `}${tookMs} ms`,
        copyButton(JSON.stringify(body, null, 2), 'Copy answer'),
      );
      show(head, ...errors, typeof body === 'string' ? el('pre', {}, body) : json(body));
    } catch (error) {
      show(problem('No answer', error.message));
    } finally {
      runButton.disabled = false;
    }
  }

  const show = (...elements) => result.replaceChildren(...elements);

  for (const box of [editor, variables]) {
    box.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        start();
      }
    });
    indentWithTab(box);
  }
  editor.addEventListener('input', name);
  document.addEventListener('selectionchange', () => document.activeElement === editor && name());
  addEventListener('parlor:caller', () => (as.textContent = `as ${nameOf(caller())}`));
  as.textContent = `as ${nameOf(caller())}`;

  section.append(
    el('div', { class: 'chips', role: 'group', ariaLabel: 'Examples' }, ...chips),
    el('label', {}, 'Operation', editor),
    el('label', {}, 'Variables, as JSON', variables),
    el(
      'div',
      { class: 'row' },
      runButton,
      as,
      el('small', { class: 'quiet grow end' }, 'Ctrl-Enter runs · Esc, then Tab leaves the editor'),
    ),
    result,
  );
  load(examples[0]);
  editor.blur();
  return { put };
}

function showLive(section) {
  const subscriptions = el('ul', { class: 'subscriptions' });
  const events = el('ol', { class: 'events', ariaLive: 'polite' });
  const hint = el('p', { class: 'quiet' }, 'Nothing is watched yet. Choose “Watch the room”, then Start.');
  section.append(hint, subscriptions, events);

  function start(as, title, request) {
    hint.hidden = true;
    let count = 0;
    const state = el('span', { class: 'state' });
    const stop = el('button', { class: 'small', type: 'button' }, 'Stop');
    const row = el(
      'li',
      { class: 'row' },
      state,
      el('b', {}, title),
      el('span', { class: 'quiet grow' }, `as ${nameOf(as)}`),
      stop,
    );
    subscriptions.append(row);

    const end = subscribe(as, request, {
      onState(now, detail) {
        state.textContent = detail ? `${now}: ${detail}` : now;
        state.dataset.state = now;
        if (now !== 'stopped' && now !== 'refused') return;
        stop.textContent = 'Remove';
        stop.onclick = () => {
          row.remove();
          hint.hidden = subscriptions.children.length > 0;
        };
      },
      onEvent(payload) {
        count += 1;
        const errors = (payload.errors ?? []).map((error) =>
          problem(error.errorType ?? 'Error', error.message),
        );
        const head = el('p', { class: 'quiet' }, clock(Date.now()), ` ${title} ${count}, as ${nameOf(as)}`);
        events.prepend(el('li', {}, head, ...errors, json(payload.data)));
        while (events.children.length > EVENTS_AT_MOST) events.lastChild.remove();
      },
    });
    stop.onclick ??= end;
  }

  return { start };
}

const nameOf = (email) => signedIn().find((person) => person.email === email)?.name ?? 'the API key';

function problem(type, message, where = '') {
  return el(
    'p',
    { class: 'problem', role: 'alert' },
    el('b', {}, type),
    ' ',
    message,
    where && el('small', {}, ` (${where})`),
  );
}

function textarea(label, name) {
  return el('textarea', {
    ariaLabel: label,
    name,
    spellcheck: false,
    autocapitalize: 'off',
    autocomplete: 'off',
  });
}

/** Tab indents; after Escape it moves the focus, as elsewhere, so that nobody is trapped. */
function indentWithTab(box) {
  let leaves = false;
  box.addEventListener('keydown', (event) => {
    if (event.key === 'Tab' && !event.shiftKey && !leaves) {
      event.preventDefault();
      box.setRangeText('  ', box.selectionStart, box.selectionEnd, 'end');
      box.dispatchEvent(new Event('input'));
    }
    leaves = event.key === 'Escape';
  });
}
