// The list of people, with one click to create one; who is chosen here runs the operations.
import { enter, signedIn, signOut, watchPeople } from './cognito.js';
import { copyButton, el } from './dom.js';

const NAMES = ['Ann Archer', 'Ben Baker', 'Cy Carter', 'Dee Dyer', 'Eve Ellis', 'Flo Fisher', 'Gus Glover'];
const API_KEY = '';
let chosen = sessionStorage.getItem('parlor.chosen') ?? API_KEY;

/** The e-mail address of who runs operations, or null for the API key. */
export const caller = () => (signedIn().some(({ email }) => email === chosen) ? chosen : null);

export function choose(email) {
  chosen = email ?? API_KEY;
  sessionStorage.setItem('parlor.chosen', chosen);
  dispatchEvent(new Event('parlor:caller'));
}

export function showPeople(section) {
  const list = el('ul', { class: 'people', role: 'radiogroup', ariaLabel: 'Run operations as' });
  const problem = el('p', { class: 'problem', role: 'alert', hidden: true });
  const name = el('input', { name: 'name', autocomplete: 'off', required: true });
  const email = el('input', { name: 'email', type: 'email', autocomplete: 'off', required: true });
  const password = el('input', {
    name: 'password',
    type: 'password',
    autocomplete: 'off',
    value: 'Parlor-2026!',
    required: true,
  });
  const button = el('button', { class: 'primary' }, 'Create and sign in');
  const form = el(
    'form',
    { onsubmit: submit },
    el('label', {}, 'Name', name),
    el('label', {}, 'E-mail', email),
    el('label', {}, 'Password', password),
    button,
    el(
      'p',
      { class: 'quiet' },
      'Signs up, takes the code from the outbox, confirms, signs in. An existing person is signed in.',
    ),
  );
  name.addEventListener('input', () => (email.value = address(name.value)));

  async function submit(event) {
    event.preventDefault();
    button.disabled = true;
    problem.hidden = true;
    const [givenName, ...rest] = name.value.trim().split(/\s+/);
    try {
      const person = await enter({
        email: email.value.trim(),
        password: password.value,
        givenName,
        familyName: rest.join(' ') || givenName,
      });
      choose(person.email);
      suggest();
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    } finally {
      button.disabled = false;
    }
  }

  function suggest() {
    const taken = signedIn().map((person) => person.email);
    name.value =
      NAMES.find((candidate) => !taken.includes(address(candidate))) ?? `Guest ${taken.length + 1}`;
    email.value = address(name.value);
  }

  function draw() {
    const current = caller();
    const option = (value, label, title, ...extra) =>
      el(
        'li',
        {},
        el(
          'label',
          { title },
          el('input', {
            type: 'radio',
            name: 'caller',
            checked: (current ?? API_KEY) === value,
            onchange: () => choose(value),
          }),
          el('span', {}, label),
        ),
        ...extra,
      );
    list.replaceChildren(
      ...signedIn().map((person) =>
        option(
          person.email,
          person.name,
          person.email,
          el(
            'div',
            { class: 'row' },
            copyButton(person.id, 'Copy id'),
            copyButton(person.accessToken, 'Copy token'),
            el('button', { class: 'small', type: 'button', onclick: () => leave(person) }, 'Sign out'),
          ),
        ),
      ),
      option(API_KEY, 'Nobody: the API key', 'x-api-key'),
    );
  }

  function leave(person) {
    signOut(person.email).catch((error) => {
      problem.textContent = error.message;
      problem.hidden = false;
    });
  }

  section.append(list, form, problem);
  watchPeople(() => {
    if (caller() === null) choose(signedIn().at(-1)?.email ?? null);
    draw();
  });
  addEventListener('parlor:caller', draw);
  suggest();
}

function address(name) {
  const first = name
    .trim()
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return `${first.split('-')[0] === 'guest' ? first : first.split('-')[0]}@example.com`;
}
