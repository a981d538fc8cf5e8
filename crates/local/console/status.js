// What runs where: the services, the front end's configuration, the template's resources, and what is not served.
import { copyButton, el, json } from './dom.js';

export function showStatus(section, config, status) {
  const services = status.services ?? [];
  const resources = status.resources ?? [];
  const notServed = status.notServed ?? [];
  section.append(
    table(
      ['Service', 'Address', ''],
      services.map(({ name, url, note }) => [
        name,
        url && el('span', { class: 'row' }, el('code', {}, url), copyButton(url, 'Copy')),
        note ?? '',
      ]),
    ),
    status.dataDir &&
      el('p', {}, 'Data lie in ', el('code', {}, status.dataDir), '; delete the folder to begin anew.'),
    part(
      'Configuration of a front end',
      el(
        'p',
        {},
        'From ',
        el('a', { href: '/config.json' }, '/config.json'),
        '; its ',
        el('code', {}, 'amplify'),
        ' part goes into ',
        el('code', {}, 'Amplify.configure'),
        ' as it is.',
      ),
      json(config),
    ),
    part(
      `Resources of the template (${resources.length})`,
      table(
        ['Logical id', 'Type', 'Physical id'],
        resources.map(({ logicalId, type, physicalId }) => [
          el('code', {}, logicalId),
          type,
          physicalId ? el('code', {}, physicalId) : '',
        ]),
      ),
    ),
    notServed.length > 0 &&
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
  return el(
    'div',
    { class: 'wide' },
    el(
      'table',
      {},
      el('thead', {}, el('tr', {}, ...heads.map((head) => el('th', { scope: 'col' }, head)))),
      el('tbody', {}, ...rows.map((cells) => el('tr', {}, ...cells.map((cell) => el('td', {}, cell ?? ''))))),
    ),
  );
}
