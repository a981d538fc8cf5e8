// amazon-cognito-identity-js: a function's question after the password, and in its place. The project's template has no
// such functions, so this asks `cargo run -p local-cognito --example serve`.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  AuthenticationDetails,
  CognitoUser,
  CognitoUserAttribute,
  CognitoUserPool,
} from 'amazon-cognito-identity-js';
import { spawnProgram } from '../browser/parlor.js';
import { PASSWORD, refused, saw } from './parlor.js';

const POOLS = resolve(process.env.POOLS_BIN ?? join(import.meta.dirname, '../../target/debug/examples/serve'));
const EMAIL = 'custom-challenge@example.com';

if (!existsSync(POOLS)) throw new Error(`${POOLS} is not there: run \`cargo build -p local-cognito --example serve\`.`);
const data = await mkdtemp(join(tmpdir(), 'parlor-pools-'));
const pools = await spawnProgram(POOLS, ['0', join(data, 'cognito.sqlite')]);
try {
  await story();
} finally {
  await pools.end('SIGKILL');
  await rm(data, { recursive: true, force: true });
}

async function story() {
  const kept = new Map();
  const Storage = {
    setItem: (key, value) => kept.set(key, value),
    getItem: (key) => kept.get(key) ?? null,
    removeItem: (key) => kept.delete(key),
    clear: () => kept.clear(),
  };
  const endpoint = `${pools.url}/`;
  const pool = new CognitoUserPool({ UserPoolId: 'us-east-1_Parlor', ClientId: 'webclient', endpoint, Storage });
  const user = () => new CognitoUser({ Username: EMAIL, Pool: pool, Storage });
  const called = (start) =>
    new Promise((resolve, reject) => start((error, result) => (error ? reject(error) : resolve(result))));
  /** The tokens, or the question. */
  const answered = (start) =>
    new Promise((resolve, reject) =>
      start({
        onSuccess: (session) => resolve({ session }),
        customChallenge: (parameters) => resolve({ parameters }),
        onFailure: reject,
      }),
    );

  const attributes = { email: EMAIL, given_name: 'Ida', family_name: 'Jones' };
  const list = Object.entries(attributes).map(([Name, Value]) => new CognitoUserAttribute({ Name, Value }));
  await called((done) => pool.signUp(EMAIL, PASSWORD, list, [], done));
  const [{ code }] = await (await fetch(`${pools.url}/_local/outbox?to=${EMAIL}`)).json();
  await called((done) => user().confirmRegistration(code, false, done));

  const passwordless = user();
  const details = new AuthenticationDetails({ Username: EMAIL });
  const asked = await answered((steps) => passwordless.initiateAuth(details, steps));
  assert.equal(asked.parameters.question, 'Your given name backwards?');
  const again = await answered((steps) => passwordless.sendCustomChallengeAnswer('Ida', steps));
  assert.equal(again.parameters.question, 'Your given name backwards?');
  const { session } = await answered((steps) => passwordless.sendCustomChallengeAnswer('adI', steps));
  assert.equal(session.getIdToken().payload.email, EMAIL);
  saw('initiateAuth and sendCustomChallengeAnswer: a wrong answer, then the right one');

  const both = user();
  both.setAuthenticationFlowType('CUSTOM_AUTH');
  const wrong = new AuthenticationDetails({ Username: EMAIL, Password: 'Wrong-Horse-9' });
  await refused('NotAuthorizedException', answered((steps) => both.authenticateUser(wrong, steps)));
  const right = new AuthenticationDetails({ Username: EMAIL, Password: PASSWORD });
  assert.ok((await answered((steps) => both.authenticateUser(right, steps))).parameters.question);
  const after = await answered((steps) => both.sendCustomChallengeAnswer('adI', steps));
  assert.ok(after.session.isValid());
  saw('authenticateUser with CUSTOM_AUTH: the password by SRP, then the question');

  const guessing = user();
  await answered((steps) => guessing.initiateAuth(details, steps));
  await answered((steps) => guessing.sendCustomChallengeAnswer('one', steps));
  await answered((steps) => guessing.sendCustomChallengeAnswer('two', steps));
  const third = answered((steps) => guessing.sendCustomChallengeAnswer('three', steps));
  await refused('NotAuthorizedException', third);
}
