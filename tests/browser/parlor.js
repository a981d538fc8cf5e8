// Starts the `local` binary as a user would, on a free port and a folder of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const BINARY = resolve(process.env.PARLOR_BIN ?? join(import.meta.dirname, '../../target/debug/local'));
const STARTS_WITHIN_MS = 60_000; // the first start generates a signing key, slowly in an unoptimised build
const STOPS_WITHIN_MS = 10_000;

// A signal would end this process without its `exit` handlers, and leave the server behind.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

/**
 * A running server; `url` stays the same over a restart. `close` ends it and removes its data.
 * `parameters` are the template's, by name.
 */
export async function startParlor(parameters = {}) {
  if (!existsSync(BINARY)) {
    throw new Error(`${BINARY} is not there: run \`cargo build -p local\`, or set PARLOR_BIN.`);
  }
  const data = await mkdtemp(join(tmpdir(), 'parlor-browser-'));
  let running = await spawnServer(data, 0, parameters);
  const { url } = running;

  return {
    url,
    /** The folder that holds everything, the access keys too. */
    data,
    /** The newest code that was sent to this address. */
    async code(email) {
      const answer = await fetch(`${url}/_local/outbox?to=${encodeURIComponent(email)}`);
      const [mail] = await answer.json();
      if (!mail) throw new Error(`Nothing was sent to ${email}.`);
      return mail.code;
    },
    /** One operation of Cognito, from outside of any page. */
    async cognito(operation, body) {
      const headers = { 'x-amz-target': `AWSCognitoIdentityProviderService.${operation}` };
      const answer = await fetch(`${url}/`, { method: 'POST', headers, body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(`${operation}: ${await answer.text()}`);
    },
    /** As a power cut: nothing is tidied up. */
    async kill() {
      await running.end('SIGKILL');
    },
    async restart() {
      running = await spawnServer(data, new URL(url).port, parameters);
    },
    async close() {
      const { code } = await running.end('SIGTERM');
      await rm(data, { recursive: true, force: true });
      if (code !== 0) throw new Error(`The server ended with ${code}:\n${running.output()}`);
    },
  };
}

function spawnServer(data, port, parameters) {
  const given = Object.entries(parameters).flatMap(([name, value]) => ['--parameter', `${name}=${value}`]);
  return spawnProgram(BINARY, ['--port', String(port), '--data', data, ...given]);
}

/** A program that says its address on localhost when it is ready. */
export async function spawnProgram(program, given) {
  const child = spawn(program, given, { stdio: ['ignore', 'pipe', 'pipe'] });
  const killAtExit = () => child.kill('SIGKILL');
  process.once('exit', killAtExit);
  const exited = once(child, 'exit').then(([code, signal]) => {
    process.off('exit', killAtExit);
    return { code, signal };
  });

  let output = '';
  const url = await new Promise((resolveUrl, reject) => {
    const give = (why) => {
      child.kill('SIGKILL');
      reject(new Error(`The server ${why}:\n${output}`));
    };
    const timer = setTimeout(() => give('did not say its address in time'), STARTS_WITHIN_MS);
    const read = (chunk) => {
      output = (output + chunk).slice(-20_000);
      const found = /http:\/\/localhost:\d+/.exec(output)?.[0];
      if (found) {
        clearTimeout(timer);
        resolveUrl(found);
      }
    };
    child.stdout.on('data', read);
    child.stderr.on('data', (chunk) => (output = (output + chunk).slice(-20_000)));
    child.on('error', (error) => give(`could not be started: ${error.message}`));
    exited.then(({ code, signal }) => {
      clearTimeout(timer);
      reject(new Error(`The server ended (${code ?? signal}) before it said its address:\n${output}`));
    });
  });

  return {
    url,
    output: () => output,
    /** Signals, then waits until the process is gone; a server that ignores the signal is a failure. */
    async end(signal) {
      child.kill(signal);
      let timer;
      const late = new Promise((_, reject) => {
        timer = setTimeout(() => {
          child.kill('SIGKILL');
          reject(new Error(`The server did not end within ${STOPS_WITHIN_MS} ms of ${signal}:\n${output}`));
        }, STOPS_WITHIN_MS);
      });
      return Promise.race([exited, late]).finally(() => clearTimeout(timer));
    },
  };
}
