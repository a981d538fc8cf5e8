// Starts the console: reads the configuration, then shows each part.
import * as cognito from './cognito.js';
import * as graphql from './graphql.js';
import { showOutbox } from './outbox.js';
import { showPeople } from './people.js';
import { showSchema } from './schema.js';
import { showStatus } from './status.js';
import { showWorkbench } from './workbench.js';

const section = (id) => document.getElementById(id);

async function get(path) {
  const answer = await fetch(path, { cache: 'no-store' });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer.json();
}

try {
  const config = await get('/config.json');
  cognito.configure(config);
  graphql.configure(config);
  section('stage').textContent = `on this machine · ${config.stage} · ${config.region}`;
  showPeople(section('people'));
  showOutbox(section('outbox'));
  const { put } = showWorkbench(section('workbench'), section('live'));
  await Promise.all([
    showSchema(section('schema'), put),
    get('/_local/status').then((status) => showStatus(section('status'), config, status)),
  ]);
} catch (error) {
  section('trouble').textContent =
    `The page could not start: ${error.message}. Is the server still running? Then reload.`;
  section('trouble').hidden = false;
}
