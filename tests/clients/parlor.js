// What every client here needs: the running server's configuration, its outbox, and a voice.
import assert from 'node:assert/strict';

export const url = process.env.PARLOR_URL;
assert(url, 'PARLOR_URL names the running server: start this with `node run.js`.');

export const config = await (await fetch(`${url}/config.json`)).json();
export const PASSWORD = 'Correct-Horse-9';
export const region = config.region;

/** The newest code that was sent to this address. */
export async function code(email) {
  const [mail] = await (await fetch(`${url}/_local/outbox?to=${encodeURIComponent(email)}`)).json();
  assert(mail, `nothing was sent to ${email}`);
  return mail.code;
}

export const saw = (what) => console.log(`   saw ${what}`);

/** The error must come, under this name. */
export async function refused(name, promise) {
  const error = await promise.then(
    () => assert.fail(`${name} did not come: it worked`),
    (error) => error,
  );
  assert.equal(error.name ?? error.code, name, error.message);
  saw(`${name}: ${error.message}`);
  return error;
}

export const claims = (jwt) => JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url'));

/** Polls until the answer is truthy; there is nothing else to wait for. */
export async function until(what, ask, patienceMs = 10_000) {
  const end = Date.now() + patienceMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    assert(Date.now() < end, `${what} did not happen within ${patienceMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
