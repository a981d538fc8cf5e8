// What runs where: the services, the front end's configuration, the template's resources, and what is not served.
import { copyButton, el, json } from './dom.js';

export function showStatus(section, config, { services, dataDir, network, resources, notServed }) {
  const code = (text) => el('code', {}, text);
  const address = (url) => el('span', { class: 'row' }, code(url), copyButton(url, 'Copy'));
  const link = el('a', { href: '/config.json' }, '/config.json');
  const chat = `npm ci && ${location.port === '4000' ? '' : `PARLOR_URL=${location.origin} `}npm run dev`;
  const page = el('a', { href: 'http://localhost:5173' }, 'http://localhost:5173');
  section.append(
    el('p', {}, 'The chat itself, on these services: ', code(chat), ' in ', code('web/'), ', then ', page, '.'),
    ...(network ? [el('p', { class: 'problem' }, 'A bad network is rehearsed: ', network, '.')] : []),
    table(
      ['Service', 'Address', ''],
      services.map(({ name, url, note }) => [name, url && address(url), note]),
    ),
    el('p', {}, 'Data lie in ', code(dataDir), '; to begin anew, stop Parlor and start it with ', code('--reset'), '.'),
    part(
      'Configuration of a front end',
      el(
        'p',
        {},
        link,
        '; its ',
        code('amplify'),
        ' part goes into ',
        code('Amplify.configure'),
        ' as it is.',
      ),
      json(config),
    ),
    part(
      `Resources of the template (${resources.length})`,
      table(
        ['Logical id', 'Type', 'Physical id'],
        resources.map(({ logicalId, type, physicalId }) => [
          code(logicalId),
          type,
          physicalId && code(physicalId),
        ]),
      ),
    ),
    part(
      `Not served on this machine (${notServed.length})`,
      table(
        ['What', 'Why'],
        notServed.map(({ what, why }) => [what, why]),
      ),
    ),
  );
}

const part = (title, ...children) => el('details', {}, el('summary', {}, title), ...children);

function table(heads, rows) {
  const cells = (tag, texts, properties) => texts.map((text) => el(tag, properties, text));
  const head = el('thead', {}, el('tr', {}, ...cells('th', heads, { scope: 'col' })));
  const body = el('tbody', {}, ...rows.map((row) => el('tr', {}, ...cells('td', row, {}))));
  return el('div', { class: 'wide' }, el('table', {}, head, body));
}
