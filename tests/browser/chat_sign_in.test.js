// The chat's own forms where a password is not all: an invitation, and an authenticator app.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { totp } from '../clients/totp.js';
import { openBrowser } from './browser.js';
import { operator } from './operator.js';
import { startParlor } from './parlor.js';
import { serveSite } from './site.js';

const PASSWORD = 'Correct-Horse-9';

let parlor, site, browser;
before(async () => {
  parlor = await startParlor({ Mfa: 'ON' });
  site = await serveSite(parlor.url);
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await site?.close();
  await parlor?.close();
});

test('who was invited chooses a password, sets an app up, and is asked for its code from then on', async () => {
  const email = 'dora@example.com';
  const { userPoolId: UserPoolId } = await (await fetch(`${parlor.url}/config.json`)).json();
  const given = { Name: 'given_name', Value: 'Dora' };
  const UserAttributes = [{ Name: 'email', Value: email }, { Name: 'email_verified', Value: 'true' }, given];
  await operator(parlor, 'AdminCreateUser', {
    UserPoolId,
    Username: email,
    UserAttributes,
    DesiredDeliveryMediums: ['EMAIL'],
  });

  const page = await browser.person('dora', site.url, { viewport: { width: 390, height: 780 }, isMobile: true });
  const titled = (text) => page.getByRole('heading', { name: text }).waitFor();
  const signIn = async (password) => {
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
  };
  await signIn(await parlor.code(email));
  await titled('Choose a password');
  assert.equal(await page.getByLabel('Given name').count(), 0, 'only what lacks is asked for');
  await page.getByLabel('Family name').fill('Dean');
  await page.getByLabel('New password').fill(PASSWORD);
  await browser.shot(page, '10-invited');
  await page.getByRole('button', { name: 'Save and sign in' }).click();

  await titled('Set up an authenticator app');
  const secret = await page.locator('code').innerText();
  const address = new URL(await page.getByRole('link', { name: 'Open my authenticator app' }).getAttribute('href'));
  assert.equal(address.protocol, 'otpauth:');
  assert.equal(address.searchParams.get('secret'), secret);
  await browser.shot(page, '11-authenticator-app');
  await page.getByLabel('Code').fill(totp(secret));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'New room' }).waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();

  await signIn(PASSWORD);
  await page.getByText('Type the code that your authenticator app shows.').waitFor();
  // A code is good once: this one is the next, which the server takes for clocks that run fast.
  await page.getByLabel('Code').fill(totp(secret, Date.now() + 30_000));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'New room' }).waitFor();
});

test('no page met an error that it did not handle', () => {
  assert.deepEqual(browser.uncaught(), []);
});
