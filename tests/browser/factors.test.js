// What the chat's template does not turn on, as the real aws-amplify asks for it: devices, codes as second factors, and
// questions of functions.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { totp } from '../clients/totp.js';
import { call, isReady, serveAmplify } from './amplify.js';
import { openBrowser } from './browser.js';
import { spawnProgram } from './parlor.js';

const POOLS = resolve(process.env.POOLS_BIN ?? join(import.meta.dirname, '../../target/debug/examples/serve'));
const PASSWORD = 'Correct-Horse-9';

let pools, data, site, browser, page;
before(async () => {
  if (!existsSync(POOLS)) throw new Error(`${POOLS} is not there: run \`cargo build -p local-cognito --example serve\`.`);
  site = await serveAmplify();
  data = await mkdtemp(join(tmpdir(), 'parlor-pools-'));
  pools = await spawnProgram(POOLS, ['0', join(data, 'cognito.sqlite')]);
  configure('webclient');
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await site?.close();
  await pools?.end('SIGKILL');
  if (data) await rm(data, { recursive: true, force: true });
});
beforeEach(async (story) => {
  page = await browser.person(story.name, site.url);
  await isReady(page);
});

/** Pages that are opened from now on are of this app client. */
function configure(userPoolClientId) {
  const userPoolEndpoint = `${pools.url}/`;
  const Cognito = { userPoolId: 'us-east-1_Parlor', userPoolClientId, userPoolEndpoint, loginWith: { email: true } };
  site.configureWith({ Auth: { Cognito } });
}

async function code(to) {
  const [mail] = await (await fetch(`${pools.url}/_local/outbox?to=${encodeURIComponent(to)}`)).json();
  assert.ok(mail, `nothing was sent to ${to}`);
  return mail.code;
}

const step = ({ nextStep }) => nextStep.signInStep;
const signIn = (username) => call(page, 'signIn', { username, password: PASSWORD });
const answer = (challengeResponse) => call(page, 'confirmSignIn', { challengeResponse });

/** Signed up and signed in. */
async function someone(email, phone_number) {
  const userAttributes = { email, given_name: 'Ada', family_name: 'Lovelace', ...(phone_number && { phone_number }) };
  await call(page, 'signUp', { username: email, password: PASSWORD, options: { userAttributes } });
  await call(page, 'confirmSignUp', { username: email, confirmationCode: await code(email) });
  assert.equal((await signIn(email)).isSignedIn, true);
  if (!phone_number) return;
  await call(page, 'sendUserAttributeVerificationCode', { userAttributeKey: 'phone_number' });
  const confirmationCode = await code(phone_number);
  await call(page, 'confirmUserAttribute', { userAttributeKey: 'phone_number', confirmationCode });
}

test('a remembered device takes the place of the second factor, until it is forgotten', async () => {
  const email = 'device@example.com';
  await someone(email);
  await call(page, 'rememberDevice');
  const [device] = await call(page, 'fetchDevices');
  assert.match(device.id, /^us-east-1_/);
  const { sharedSecret } = await call(page, 'setUpTOTP');
  await call(page, 'verifyTOTPSetup', { code: totp(sharedSecret) });
  await call(page, 'updateMFAPreference', { totp: 'PREFERRED' });
  await call(page, 'signOut');

  assert.equal((await signIn(email)).isSignedIn, true, 'the device has proved itself by SRP');
  await call(page, 'forgetDevice');
  assert.deepEqual(await call(page, 'fetchDevices'), []);
  await call(page, 'signOut');
  assert.equal(step(await signIn(email)), 'CONFIRM_SIGN_IN_WITH_TOTP_CODE');
});

test('a code by e-mail is asked for after the password', async () => {
  const email = 'by-email@example.com';
  await someone(email);
  await call(page, 'updateMFAPreference', { email: 'PREFERRED' });
  assert.deepEqual(await call(page, 'fetchMFAPreference'), { enabled: ['EMAIL'], preferred: 'EMAIL' });
  await call(page, 'signOut');
  const asked = await signIn(email);
  assert.equal(step(asked), 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE');
  assert.equal(asked.nextStep.codeDeliveryDetails.destination, 'b***@e***');
  assert.equal((await answer(await code(email))).isSignedIn, true);
});

test('a phone number is proved, and asked for a code by text message', async () => {
  const [email, phone] = ['by-sms@example.com', '+12065550100'];
  await someone(email, phone);
  await call(page, 'updateMFAPreference', { sms: 'PREFERRED' });
  await call(page, 'signOut');
  const asked = await signIn(email);
  assert.equal(step(asked), 'CONFIRM_SIGN_IN_WITH_SMS_CODE');
  assert.equal(asked.nextStep.codeDeliveryDetails.destination, '+*******0100');
  const sent = await code(phone);
  await assert.rejects(answer(sent === '000000' ? '111111' : '000000'), { name: 'CodeMismatchException' });
  assert.equal((await answer(sent)).isSignedIn, true);
});

test('who has several factors and prefers none chooses one', async () => {
  const [email, phone] = ['several@example.com', '+12065550101'];
  await someone(email, phone);
  await call(page, 'updateMFAPreference', { sms: 'ENABLED', email: 'ENABLED' });
  await call(page, 'signOut');
  const choice = await signIn(email);
  assert.equal(step(choice), 'CONTINUE_SIGN_IN_WITH_MFA_SELECTION');
  assert.deepEqual(choice.nextStep.allowedMFATypes, ['SMS', 'EMAIL']);
  assert.equal(step(await answer('EMAIL')), 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE');
  assert.equal((await answer(await code(email))).isSignedIn, true);
});

test('a code by text message is factor enough where people choose', async () => {
  const [email, phone] = ['sms-alone@example.com', '+12065550102'];
  await someone(email, phone);
  await call(page, 'signOut');
  const options = { authFlowType: 'USER_AUTH', preferredChallenge: 'SMS_OTP' };
  const asked = await call(page, 'signIn', { username: email, options });
  assert.equal(step(asked), 'CONFIRM_SIGN_IN_WITH_SMS_CODE');
  assert.equal((await answer(await code(phone))).isSignedIn, true);
});

test('a question of a function takes the place of the password, and is asked again after a wrong answer', async () => {
  const email = 'question@example.com';
  await someone(email);
  await call(page, 'signOut');
  const options = { authFlowType: 'CUSTOM_WITHOUT_SRP' };
  const asked = await call(page, 'signIn', { username: email, options });
  assert.equal(step(asked), 'CONFIRM_SIGN_IN_WITH_CUSTOM_CHALLENGE');
  assert.equal(asked.nextStep.additionalInfo.question, 'Your given name backwards?');
  assert.equal(step(await answer('Ada')), 'CONFIRM_SIGN_IN_WITH_CUSTOM_CHALLENGE');
  assert.equal((await answer('adA')).isSignedIn, true);
  assert.ok((await call(page, 'fetchAuthSession')).tokens);
  assert.equal((await call(page, 'fetchUserAttributes')).email, email);
  await call(page, 'signOut');

  await call(page, 'signIn', { username: email, options });
  await answer('Ada');
  await answer('Ada');
  await assert.rejects(answer('Ada'), { name: 'NotAuthorizedException' });

  const nobody = await call(page, 'signIn', { username: 'nobody@example.com', options });
  assert.equal(step(nobody), 'CONFIRM_SIGN_IN_WITH_CUSTOM_CHALLENGE', 'who has no account, does not show');
});

test('the password can come before the question, by SRP', async () => {
  const email = 'both@example.com';
  await someone(email);
  await call(page, 'signOut');
  const options = { authFlowType: 'CUSTOM_WITH_SRP' };
  const wrong = call(page, 'signIn', { username: email, password: 'Wrong-guess-1', options });
  await assert.rejects(wrong, { name: 'NotAuthorizedException' });
  const asked = await call(page, 'signIn', { username: email, password: PASSWORD, options });
  assert.equal(step(asked), 'CONFIRM_SIGN_IN_WITH_CUSTOM_CHALLENGE');
  assert.equal((await answer('adA')).isSignedIn, true);
});

test('refresh tokens are rotated, and one that was replaced ends in a sign-in', async () => {
  configure('rotatingclient');
  await page.reload();
  await isReady(page);
  await someone('rotation@example.com');
  const kept = () =>
    page.evaluate(() => Object.entries(localStorage).find(([key]) => key.endsWith('.refreshToken')));
  const [name, first] = await kept();
  const refreshed = await call(page, 'fetchAuthSession', { forceRefresh: true });
  assert.ok(refreshed.tokens);
  const [, second] = await kept();
  assert.notEqual(second, first);
  assert.ok((await call(page, 'fetchAuthSession', { forceRefresh: true })).tokens, 'the new one is good');

  await page.evaluate(([name, first]) => localStorage.setItem(name, first), [name, first]);
  const reused = call(page, 'fetchAuthSession', { forceRefresh: true });
  await assert.rejects(reused, { name: 'RefreshTokenReuseException' });
  await assert.rejects(call(page, 'getCurrentUser'), { name: 'UserUnAuthenticatedException' });
});

test('no page met an error that it did not handle', () => {
  assert.deepEqual(browser.uncaught(), []);
});
