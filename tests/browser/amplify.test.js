// Sign-in as the real aws-amplify does it in a real browser: with a code alone, with two factors, with a new password.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { totp } from '../clients/totp.js';
import { call, isReady, serveAmplify } from './amplify.js';
import { openBrowser } from './browser.js';
import { startParlor } from './parlor.js';

const PASSWORD = 'Correct-Horse-9';
const WHO_AM_I = { query: '{ me { name } }' };

let parlor, site, browser, page;
before(async () => {
  site = await serveAmplify();
  parlor = await startParlor({ EmailSignIn: 'true' });
  await site.configure(parlor.url);
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await site?.close();
  await parlor?.close();
});
beforeEach(async (story) => {
  page = await browser.person(story.name, site.url);
  await isReady(page);
});

const attributes = (email) => ({ email, given_name: 'Ada', family_name: 'Lovelace' });
const step = ({ nextStep }) => nextStep.signInStep;
const me = async () => (await call(page, 'graphql', WHO_AM_I)).data.me.name;

async function signUp(email) {
  const options = { userAttributes: attributes(email) };
  await call(page, 'signUp', { username: email, password: PASSWORD, options });
  await call(page, 'confirmSignUp', { username: email, confirmationCode: await parlor.code(email) });
}

test('people without a password sign up, are signed in by the code, and come back with another', async () => {
  const email = 'passwordless@example.com';
  const signedUp = await call(page, 'signUp', {
    username: email,
    options: { userAttributes: attributes(email), autoSignIn: { authFlowType: 'USER_AUTH' } },
  });
  assert.equal(signedUp.nextStep.signUpStep, 'CONFIRM_SIGN_UP');
  const confirmed = await call(page, 'confirmSignUp', {
    username: email,
    confirmationCode: await parlor.code(email),
  });
  assert.equal(confirmed.nextStep.signUpStep, 'COMPLETE_AUTO_SIGN_IN');
  assert.equal((await call(page, 'autoSignIn')).isSignedIn, true);
  assert.equal(await me(), 'Ada Lovelace');
  await call(page, 'signOut');

  const options = { authFlowType: 'USER_AUTH', preferredChallenge: 'EMAIL_OTP' };
  const asked = await call(page, 'signIn', { username: email, options });
  assert.equal(step(asked), 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE');
  assert.equal(asked.nextStep.codeDeliveryDetails.destination, 'p***@e***');
  const code = await parlor.code(email);
  const wrong = code === '000000' ? '111111' : '000000';
  await assert.rejects(call(page, 'confirmSignIn', { challengeResponse: wrong }), { name: 'CodeMismatchException' });
  const done = await call(page, 'confirmSignIn', { challengeResponse: code });
  assert.equal(done.isSignedIn, true);
  assert.equal(await me(), 'Ada Lovelace');
});

test('who has both chooses between the password and a code', async () => {
  const email = 'both@example.com';
  await signUp(email);
  const choose = async (answer) => {
    const options = { authFlowType: 'USER_AUTH' };
    const choice = await call(page, 'signIn', { username: email, options });
    assert.equal(step(choice), 'CONTINUE_SIGN_IN_WITH_FIRST_FACTOR_SELECTION');
    assert.deepEqual(choice.nextStep.availableChallenges, ['PASSWORD_SRP', 'PASSWORD', 'EMAIL_OTP']);
    return call(page, 'confirmSignIn', { challengeResponse: answer });
  };
  for (const factor of ['PASSWORD', 'PASSWORD_SRP']) {
    assert.equal(step(await choose(factor)), 'CONFIRM_SIGN_IN_WITH_PASSWORD');
    assert.equal((await call(page, 'confirmSignIn', { challengeResponse: PASSWORD })).isSignedIn, true);
    assert.equal(await me(), 'Ada Lovelace');
    await call(page, 'signOut');
  }
  assert.equal(step(await choose('EMAIL_OTP')), 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE');
  const done = await call(page, 'confirmSignIn', { challengeResponse: await parlor.code(email) });
  assert.equal(done.isSignedIn, true);
  await call(page, 'signOut');

  const options = { authFlowType: 'USER_AUTH', preferredChallenge: 'PASSWORD_SRP' };
  assert.equal((await call(page, 'signIn', { username: email, password: PASSWORD, options })).isSignedIn, true);
});

test('an authenticator app is set up, asked for, and given up', async () => {
  const email = 'totp@example.com';
  await signUp(email);
  await call(page, 'signIn', { username: email, password: PASSWORD });
  const { sharedSecret } = await call(page, 'setUpTOTP');
  await call(page, 'verifyTOTPSetup', { code: totp(sharedSecret) });
  await call(page, 'updateMFAPreference', { totp: 'PREFERRED' });
  assert.deepEqual(await call(page, 'fetchMFAPreference'), { enabled: ['TOTP'], preferred: 'TOTP' });
  await call(page, 'signOut');

  const asked = await call(page, 'signIn', { username: email, password: PASSWORD });
  assert.equal(step(asked), 'CONFIRM_SIGN_IN_WITH_TOTP_CODE');
  // A code is good once: this one is the next, which the server takes for clocks that run fast.
  const next = totp(sharedSecret, Date.now() + 30_000);
  assert.equal((await call(page, 'confirmSignIn', { challengeResponse: next })).isSignedIn, true);
  await call(page, 'updateMFAPreference', { totp: 'DISABLED' });
  await call(page, 'signOut');
  assert.equal((await call(page, 'signIn', { username: email, password: PASSWORD })).isSignedIn, true);
});

test('attributes, another e-mail address, another password, and the end of the account', async () => {
  const [email, other] = ['old@example.com', 'new@example.com'];
  await signUp(email);
  await call(page, 'signIn', { username: email.toUpperCase(), password: PASSWORD });
  await call(page, 'updateUserAttributes', { userAttributes: { nickname: 'Countess' } });
  assert.equal((await call(page, 'fetchUserAttributes')).nickname, 'Countess');
  await call(page, 'deleteUserAttributes', { userAttributeKeys: ['nickname'] });
  assert.equal((await call(page, 'fetchUserAttributes')).nickname, undefined);

  const changed = await call(page, 'updateUserAttributes', { userAttributes: { email: other } });
  assert.equal(changed.email.nextStep.updateAttributeStep, 'CONFIRM_ATTRIBUTE_WITH_CODE');
  assert.equal((await call(page, 'fetchUserAttributes')).email, email, 'nothing changes before the code is back');
  const confirmationCode = await parlor.code(other);
  await call(page, 'confirmUserAttribute', { userAttributeKey: 'email', confirmationCode });
  await call(page, 'updatePassword', { oldPassword: PASSWORD, newPassword: `${PASSWORD}b` });
  await call(page, 'signOut');
  await assert.rejects(call(page, 'signIn', { username: email, password: `${PASSWORD}b` }), {
    name: 'NotAuthorizedException',
  });
  assert.equal((await call(page, 'signIn', { username: other, password: `${PASSWORD}b` })).isSignedIn, true);

  await call(page, 'deleteUser');
  await assert.rejects(call(page, 'signIn', { username: other, password: `${PASSWORD}b` }), {
    name: 'NotAuthorizedException',
  });
});

test('a global sign-out ends what was given to another browser, access tokens too', async (story) => {
  const email = 'everywhere@example.com';
  await signUp(email);
  await call(page, 'signIn', { username: email, password: PASSWORD });
  assert.equal(await me(), 'Ada Lovelace');

  const phone = await browser.person(`${story.name}: phone`, site.url);
  await isReady(phone);
  await call(phone, 'signIn', { username: email, password: PASSWORD });
  const before = await call(phone, 'fetchAuthSession');
  assert.ok(before.tokens, 'the phone is signed in');
  await call(page, 'signOut', { global: true });

  await assert.rejects(call(phone, 'fetchUserAttributes'), { name: 'NotAuthorizedException' });
  const after = await call(phone, 'fetchAuthSession', { forceRefresh: true });
  assert.equal(after.tokens, undefined, 'and there are no new ones');
});

test('no page met an error that it did not handle', () => {
  assert.deepEqual(browser.uncaught(), []);
});
