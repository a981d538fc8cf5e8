// A second factor that everybody must have: set up by aws-amplify, or on Cognito's own page, at the first sign-in.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { totp } from '../clients/totp.js';
import { call, isReady, serveAmplify } from './amplify.js';
import { openBrowser } from './browser.js';
import { startParlor } from './parlor.js';

const PASSWORD = 'Correct-Horse-9';

let parlor, site, browser;
before(async () => {
  site = await serveAmplify();
  parlor = await startParlor({ Mfa: 'ON', SignInDomain: 'any', CallbackUrls: site.url, LogoutUrls: site.url });
  await site.configure(parlor.url);
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await site?.close();
  await parlor?.close();
});

async function someone(page, email) {
  const userAttributes = { email, given_name: 'Ada', family_name: 'Lovelace' };
  await call(page, 'signUp', { username: email, password: PASSWORD, options: { userAttributes } });
  await call(page, 'confirmSignUp', { username: email, confirmationCode: await parlor.code(email) });
}

test('aws-amplify sets the authenticator app up before it gets tokens', async () => {
  const page = await browser.person('amplify', site.url);
  await isReady(page);
  const email = 'must@example.com';
  await someone(page, email);
  const asked = await call(page, 'signIn', { username: email, password: PASSWORD });
  assert.equal(asked.nextStep.signInStep, 'CONTINUE_SIGN_IN_WITH_TOTP_SETUP');
  const { sharedSecret } = asked.nextStep.totpSetupDetails;
  assert.equal((await call(page, 'confirmSignIn', { challengeResponse: totp(sharedSecret) })).isSignedIn, true);
  await call(page, 'signOut');
  const again = await call(page, 'signIn', { username: email, password: PASSWORD });
  assert.equal(again.nextStep.signInStep, 'CONFIRM_SIGN_IN_WITH_TOTP_CODE');
});

test('the sign-in page sets the authenticator app up, too', async () => {
  const page = await browser.person('page', site.url, { viewport: { width: 390, height: 780 }, isMobile: true });
  await isReady(page);
  const email = 'must-too@example.com';
  await someone(page, email);
  const config = await (await fetch(`${parlor.url}/config.json`)).json();
  const query = new URLSearchParams({
    client_id: config.userPoolClientId,
    response_type: 'code',
    redirect_uri: site.url,
    scope: 'openid',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  });
  await page.goto(`${parlor.url}/oauth2/authorize?${query}`);
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Set up an authenticator app' }).waitFor();
  await browser.shot(page, '35-sign-in-page-set-up');
  const secret = await page.locator('code').innerText();
  await page.getByLabel('Code of your authenticator app').fill(totp(secret));
  const back = page.waitForRequest(
    (request) => request.url().startsWith(site.url) && new URL(request.url()).searchParams.has('code'),
  );
  await page.getByRole('button', { name: 'Go on' }).click();
  await back;
});

test('no page met an error that it did not handle', () => {
  assert.deepEqual(browser.uncaught(), []);
});
