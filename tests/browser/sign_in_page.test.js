// Cognito's own sign-in page, as the real aws-amplify sends people there and gets them back: over TLS, with PKCE.
import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect } from 'node:tls';
import { totp } from '../clients/totp.js';
import { call, isReady, serveAmplify } from './amplify.js';
import { openBrowser } from './browser.js';
import { startParlor } from './parlor.js';

const PASSWORD = 'Correct-Horse-9';
const DESKTOP = { viewport: { width: 1180, height: 760 } };
const PHONE = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true, colorScheme: 'dark' };

let parlor, site, browser;
before(async () => {
  site = await serveAmplify();
  parlor = await startParlor({ SignInDomain: 'any', CallbackUrls: site.url, LogoutUrls: site.url });
  await site.configure(parlor.url);
  browser = await openBrowser([`--ignore-certificate-errors-spki-list=${await publicKeyOf(parlor)}`]);
});
after(async () => {
  await browser?.close();
  await site?.close();
  await parlor?.close();
});

/** Of the server's certificate, which the authority in the data folder vouches for; as Chromium wants to be told. */
async function publicKeyOf({ url, data }) {
  const ca = await readFile(join(data, 'ca.pem'));
  const socket = connect({ host: 'localhost', port: Number(new URL(url).port), ca, servername: 'localhost' });
  const certificate = await new Promise((resolve, reject) => {
    socket.once('secureConnect', () => resolve(socket.getPeerCertificate(true).raw));
    socket.once('error', reject);
  });
  socket.destroy();
  const key = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('base64');
}

for (const [device, options] of [
  ['a desktop', DESKTOP],
  ['a phone', PHONE],
]) {
  test(`people sign up, in and out by the page, on ${device}`, async () => {
    const name = device.split(' ')[1];
    const email = `${name}@example.com`;
    const page = await browser.person(name, site.url, options);
    const shot = (what) => browser.shot(page, `30-sign-in-page-${name}-${what}`);
    const button = (text) => page.getByRole('button', { name: text, exact: true }).click();
    const titled = (text) => page.getByRole('heading', { name: text }).waitFor();
    await isReady(page);

    await toThePage(page);
    assert.equal(new URL(page.url()).protocol, 'https:');
    assert.equal(await focused(page), 'E-mail address');
    await shot('1-sign-in');
    await page.getByRole('link', { name: 'Sign up' }).click();
    await titled('Sign up');
    await fits(page);
    for (const [label, text] of [
      ['E-mail address', email],
      ['Given name', 'Ann'],
      ['Family name', 'Archer'],
      ['Password', 'short'],
    ])
      await page.getByLabel(label).fill(text);
    await button('Sign up');
    await page.getByRole('alert').getByText('Password did not conform with policy').waitFor();
    assert.equal(await page.getByLabel('Given name').inputValue(), 'Ann', 'what was typed is still there');
    assert.equal(await focused(page), 'Password');
    await shot('2-poor-password');
    await page.getByLabel('Password').fill(PASSWORD);
    await button('Sign up');

    await titled('Confirm your e-mail address');
    const code = await parlor.code(email);
    await page.getByLabel('The code that was sent to you').fill(code === '000000' ? '111111' : '000000');
    await button('Confirm');
    await page.getByRole('alert').getByText('Invalid verification code').waitFor();
    await shot('3-wrong-code');
    await page.getByLabel('The code that was sent to you').fill(code);
    await button('Confirm');
    await page.getByRole('status').getByText('Your address is confirmed').waitFor();

    await signIn(page, email, 'Wrong-Horse-1');
    await page.getByRole('alert').getByText('Incorrect username or password.').waitFor();
    await shot('4-wrong-password');
    await signIn(page, email, PASSWORD);
    await isBack(page);
    assert.equal(await me(page), 'Ann Archer');

    // Who is known to the page is not asked again, until they sign out there.
    await page.evaluate(() => localStorage.clear());
    await page.reload();
    await isReady(page);
    await page.evaluate(() => void window.amplify.signInWithRedirect());
    await isBack(page);
    assert.equal(await me(page), 'Ann Archer');
    await signOut(page);
    await toThePage(page);
    await shot('5-signed-out');
  });
}

test('who has an authenticator app is asked for its code by the page', async () => {
  const email = 'app@example.com';
  const page = await browser.person('app', site.url, PHONE);
  await isReady(page);
  const options = { userAttributes: { email, given_name: 'Ben', family_name: 'Baker' } };
  await call(page, 'signUp', { username: email, password: PASSWORD, options });
  await call(page, 'confirmSignUp', { username: email, confirmationCode: await parlor.code(email) });
  await call(page, 'signIn', { username: email, password: PASSWORD });
  const { sharedSecret } = await call(page, 'setUpTOTP');
  await call(page, 'verifyTOTPSetup', { code: totp(sharedSecret) });
  await call(page, 'updateMFAPreference', { totp: 'PREFERRED' });
  await call(page, 'signOut');

  await toThePage(page);
  await signIn(page, email, PASSWORD);
  const box = page.getByLabel('Code of your authenticator app');
  await box.fill('12345');
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('alert').waitFor();
  await browser.shot(page, '31-sign-in-page-app');
  // A code is good once: this one is the next, which the server takes for clocks that run fast.
  await box.fill(totp(sharedSecret, Date.now() + 30_000));
  await page.getByRole('button', { name: 'Go on' }).click();
  await isBack(page);
  assert.equal(await me(page), 'Ben Baker');
});

test('a forgotten password is taken care of by the page', async () => {
  const email = 'forgetful@example.com';
  const page = await browser.person('forgetful', site.url);
  await isReady(page);
  const options = { userAttributes: { email, given_name: 'Cy', family_name: 'Carter' } };
  await call(page, 'signUp', { username: email, password: PASSWORD, options });
  await call(page, 'confirmSignUp', { username: email, confirmationCode: await parlor.code(email) });

  await toThePage(page);
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await page.getByLabel('E-mail address').fill(email);
  await browser.shot(page, '32-sign-in-page-forgot');
  await page.getByRole('button', { name: 'Send me a code' }).click();
  await page.getByRole('status').getByText('a code is on its way').waitFor();
  await page.getByLabel('The code that was sent to you').fill(await parlor.code(email));
  await page.getByLabel('New password').fill('Another-Horse-8');
  await browser.shot(page, '33-sign-in-page-new-password');
  await page.getByRole('button', { name: 'Change the password' }).click();
  await page.getByRole('status').getByText('Your password is changed').waitFor();
  await signIn(page, email, 'Another-Horse-8');
  await isBack(page);
  assert.equal(await me(page), 'Cy Carter');
});

test('an app that asks for what it may not is told so, and nobody is sent anywhere', async () => {
  const page = await browser.person('wrong', `${parlor.url}/login?client_id=nobody&response_type=code`);
  await page.getByRole('alert').waitFor();
  assert.equal(new URL(page.url()).origin, parlor.url);
  await browser.shot(page, '34-sign-in-page-refused');
});

test('no page met an error that it did not handle', () => {
  assert.deepEqual(browser.uncaught(), []);
});

async function toThePage(page) {
  await page.evaluate(() => void window.amplify.signInWithRedirect());
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await fits(page);
}

async function signIn(page, email, password) {
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** On the app's page again, with the code turned into tokens. */
async function isBack(page) {
  await page.waitForURL((url) => url.origin === new URL(site.url).origin);
  await isReady(page);
  await page.waitForFunction(() => window.amplify.heard.includes('signInWithRedirect'));
}

async function signOut(page) {
  await page.evaluate(() => {
    window.isFromBefore = true;
    void window.amplify.signOut();
  });
  // The app's page is loaded anew, by the sign-in page.
  await page.waitForFunction(() => window.amplify && !window.isFromBefore);
  const kept = await page.evaluate(() => Object.keys(localStorage).filter((key) => key.endsWith('.accessToken')));
  assert.deepEqual(kept, []);
}

const me = async (page) => (await call(page, 'graphql', { query: '{ me { name } }' })).data.me.name;

/** The label of what has the focus. */
const focused = (page) => page.evaluate(() => document.activeElement.labels?.[0]?.textContent);

/** Nothing sticks out at the side. */
async function fits(page) {
  const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(excess <= 0, `the page is ${excess} pixels too wide`);
}
