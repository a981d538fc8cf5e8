// The chat, as three people use it: the built page, the real aws-amplify, the real server.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBrowser, PATIENCE_MS } from './browser.js';
import { startParlor } from './parlor.js';
import { png } from './png.js';
import { serveSite } from './site.js';

const PASSWORD = 'Correct-Horse-9';
// Amplify waits 5 s before it reconnects, and the page helps after 15 s more.
const RECONNECT_PATIENCE_MS = 60_000;

let parlor, site, browser;
before(async () => {
  parlor = await startParlor();
  site = await serveSite(parlor.url);
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await site?.close();
  await parlor?.close();
});

test('people talk in the browser', async (story) => {
  let ann, ben, cy;

  // The story stops at its first failed step: the later ones build on it.
  let isBroken = false;
  async function step(title, action) {
    await story.test(title, { skip: isBroken && 'an earlier step failed' }, async () => {
      try {
        await action();
      } catch (error) {
        isBroken = true;
        for (const [name, page] of Object.entries({ ann, ben, cy }))
          if (page) await browser.shot(page, `failed-${name}`);
        console.error(browser.said().slice(-40).join('\n'));
        throw error;
      }
    });
  }

  await step('Ann and Ben sign up, confirm with the code from the outbox, and are signed in', async () => {
    ann = await browser.person('ann', site.url);
    ben = await browser.person('ben', site.url, {
      viewport: { width: 390, height: 780 },
      hasTouch: true,
      isMobile: true,
    });
    await browser.shot(ann, '01-sign-in');
    await Promise.all([signUp(ann, 'Ann', 'Archer'), signUp(ben, 'Ben', 'Baker')]);
  });

  await step('Ann signs out and in again, with the password alone', async () => {
    await ann.getByRole('button', { name: 'Sign out' }).click();
    await signIn(ann, 'ann@example.com', 'not-the-Password-1');
    await ann.getByRole('alert').getByText('Incorrect e-mail address or password.').waitFor();
    await signIn(ann, 'ann@example.com', PASSWORD);
    await ann.getByRole('button', { name: 'New room' }).waitFor();
  });

  await step('Ann creates a public room, it appears to Ben, and he joins', async () => {
    await createRoom(ann, 'Garden', 'Public');
    await ben
      .getByRole('region', { name: 'Rooms you can join' })
      .getByRole('link', { name: 'Garden' })
      .click();
    await ben.getByRole('button', { name: 'Join Garden' }).click();
    await ben.getByLabel('Message', { exact: true }).waitFor();
    await markAsLoaded(ann);
    await markAsLoaded(ben);
  });

  await step('each sees what the other writes, live', async () => {
    await write(ann, 'Hello Ben, the roses are out');
    await sees(ben, 'Hello Ben, the roses are out');
    await write(ben, 'Hello Ann, on my way');
    await sees(ann, 'Hello Ann, on my way');
    await write(ann, 'Bring tea');
    await sees(ben, 'Bring tea');
    await browser.shot(ann, '02-conversation');
    await browser.shot(ben, '03-conversation-on-a-phone');
  });

  await step('Ann edits, and Ben sees the new words and that they are edited', async () => {
    const row = message(ann, 'Bring tea');
    await row.hover();
    await row.getByRole('button', { name: 'Edit' }).click();
    await ann.getByLabel('Edit the message').fill('Bring tea and cake');
    await ann.getByRole('button', { name: 'Save' }).click();
    await message(ben, 'Bring tea and cake').getByText('(edited)').waitFor();
    assert.equal(await message(ben, 'Bring tea').count(), 1, 'the old words are gone');
  });

  await step('Ben deletes a message, and a tombstone stays on both sides', async () => {
    await write(ben, 'Wrong window, sorry');
    await sees(ann, 'Wrong window, sorry');
    await message(ben, 'Wrong window, sorry').getByRole('button', { name: 'Delete' }).click();
    await sees(ann, 'This message was deleted.');
    await sees(ben, 'This message was deleted.');
    assert.equal(await message(ann, 'Wrong window, sorry').count(), 0);
  });

  await step('Ann sends a picture, and Ben sees it load', async () => {
    await ann
      .locator('input[type=file]')
      .setInputFiles({ name: 'roses.png', mimeType: 'image/png', buffer: png(96) });
    await ann.getByLabel('Files of this message').getByText('roses.png').waitFor();
    await ann.getByLabel('Message', { exact: true }).fill('Look');
    await ann.locator('button:enabled', { hasText: 'Send' }).click();
    for (const page of [ann, ben]) await seesPicture(page, 'roses.png');
    await browser.shot(ann, '04-picture');
  });

  await step('Cy is refused in a private room that he is not in, until Ann adds him', async () => {
    await createRoom(ann, 'Secret garden', 'Private');
    await write(ann, 'Nobody hears us here');
    await sees(ann, 'Nobody hears us here');
    cy = await browser.person('cy', site.url);
    await signUp(cy, 'Cy', 'Carter');
    const address = ann.url().split('#')[1];
    await cy.evaluate((hash) => (location.hash = hash), address);
    await cy.getByRole('main').getByRole('alert').waitFor();
    assert.equal(await message(cy, 'Nobody hears us here').count(), 0);
    assert.equal(await cy.getByLabel('Message', { exact: true }).count(), 0);
    await browser.shot(cy, '05-refused');

    await ann.getByRole('button', { name: 'Members' }).click();
    await ann
      .getByLabel('User id of the person to add')
      .fill(await cy.getByRole('button', { name: 'Copy my user id' }).getAttribute('title'));
    await ann.getByRole('button', { name: 'Add', exact: true }).click();
    await ann.getByRole('region', { name: 'Members' }).getByText('Cy Carter').waitFor();
    await browser.shot(ann, '06-members');
    await ann.getByRole('button', { name: 'Close' }).click();
    await cy.reload();
    await sees(cy, 'Nobody hears us here');
  });

  await step('Ann removes Cy again, and he hears nothing more', async () => {
    await ann.getByRole('button', { name: 'Members' }).click();
    const members = ann.getByRole('region', { name: 'Members' });
    await members.getByRole('listitem').filter({ hasText: 'Cy Carter' }).getByRole('button').click();
    await members.getByText('Cy Carter').waitFor({ state: 'detached' });
    await ann.getByRole('button', { name: 'Close' }).click();
    await write(ann, 'Cy is gone');
    await sees(ann, 'Cy is gone');
    await cy.getByRole('main').getByRole('alert').waitFor({ timeout: RECONNECT_PATIENCE_MS });
    assert.equal(await message(cy, 'Cy is gone').count(), 0);
  });

  await step(
    'the server is killed and comes back: both pages recover by themselves, and nothing is lost',
    async () => {
      await ann.getByRole('link', { name: 'Garden', exact: true }).click();
      await sees(ann, 'Look');
      await parlor.kill();
      await ben.getByRole('status').getByText('Reconnecting').waitFor();
      await write(ann, 'Written while the server was away');
      await ann.getByText('waiting for the server').waitFor();
      await browser.shot(ann, '07-server-away');
      await parlor.restart();
      await sees(ben, 'Written while the server was away', RECONNECT_PATIENCE_MS);
      for (const page of [ann, ben]) {
        await page.getByRole('status').waitFor({ state: 'detached', timeout: RECONNECT_PATIENCE_MS });
      }
      await write(ben, 'Still here');
      await sees(ann, 'Still here');
      await write(ann, 'Me too');
      await sees(ben, 'Me too');
      await browser.shot(ben, '08-after-the-restart-on-a-phone');

      const all = [
        'Hello Ben, the roses are out',
        'Hello Ann, on my way',
        'Bring tea and cake (edited)',
        'This message was deleted.',
        'Look',
        'Written while the server was away',
        'Still here',
        'Me too',
      ];
      for (const page of [ann, ben]) assert.deepEqual(await texts(page), all);
      assert.ok(await wasNeverReloaded(ann), "Ann's page was reloaded");
      assert.ok(await wasNeverReloaded(ben), "Ben's page was reloaded");
    },
  );

  await step('Ben, who forgot his password, chooses a new one', async () => {
    await ben.getByRole('link', { name: 'All rooms' }).click();
    await ben.getByRole('button', { name: 'Sign out' }).click();
    await ben.getByRole('button', { name: 'Forgot your password?' }).click();
    await ben.getByLabel('E-mail').fill('ben@example.com');
    await ben.getByRole('button', { name: 'Send me a code' }).click();
    await ben.getByLabel('Code').fill(await codeAfter(ben, 'If there is an account', 'ben@example.com'));
    await ben.getByLabel('New password').fill('Another-Horse-8');
    await ben.getByRole('button', { name: 'Save and sign in' }).click();
    await ben.getByRole('link', { name: 'Garden' }).waitFor();
    await browser.shot(ben, '09-rooms-on-a-phone');
  });

  await step('a picture whose link has expired is loaded with a fresh one', async () => {
    let refused = 0;
    await ben.route(/X-Amz-Signature/, (route) => {
      refused += 1;
      return refused === 1 ? route.fulfill({ status: 403, body: 'Request has expired' }) : route.continue();
    });
    await ben.getByRole('link', { name: 'Garden' }).click();
    await seesPicture(ben, 'roses.png');
    assert.ok(refused > 1, 'the first link was refused');
  });

  await step('whoever was signed out everywhere finds the way back in', async () => {
    await parlor.cognito('GlobalSignOut', { AccessToken: await accessToken(ben) });
    await ben.reload();
    await ben.getByRole('button', { name: 'Sign in' }).waitFor();
  });

  await step('no page met an error that it did not handle', async () => {
    assert.deepEqual(browser.uncaught(), []);
  });
});

async function signUp(page, given, family) {
  const email = `${given.toLowerCase()}@example.com`;
  await page.getByRole('button', { name: 'Create an account' }).click();
  await page.getByLabel('Given name').fill(given);
  await page.getByLabel('Family name').fill(family);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign up' }).click();
  await page.getByLabel('Code').fill(await codeAfter(page, 'We sent a code', email));
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByText(`${given} ${family}`).waitFor();
}

/** The code that was sent by the time that the page says so. */
async function codeAfter(page, note, email) {
  await page.getByRole('status').getByText(note).waitFor();
  return parlor.code(email);
}

async function signIn(page, email, password) {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** The token that Amplify keeps in the page. */
const accessToken = (page) =>
  page.evaluate(() => Object.entries(localStorage).find(([key]) => key.endsWith('.accessToken'))?.[1]);

async function createRoom(page, name, visibility) {
  await page.getByRole('button', { name: 'New room' }).click();
  await page.getByLabel('Name of the room').fill(name);
  await page.getByLabel(visibility).check();
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('heading', { name }).waitFor();
}

async function write(page, text) {
  const box = page.getByLabel('Message', { exact: true });
  await box.fill(text);
  await box.press('Enter');
}

const message = (page, text) =>
  page.getByRole('list', { name: 'Messages' }).locator('li[data-seq]', { hasText: text });

/** Waits until the server's message is on the page; one that is only on its way does not count. */
const sees = (page, text, timeout = PATIENCE_MS) => message(page, text).waitFor({ timeout });

/** Waits until the picture is really drawn: it is 96 pixels wide. Pictures are loaded when they come into view. */
async function seesPicture(page, name) {
  await page.waitForFunction((alt) => {
    const image = [...document.images].find((candidate) => candidate.alt === alt);
    image?.scrollIntoView();
    return image?.naturalWidth === 96;
  }, name);
}

const texts = (page) =>
  page
    .locator('li[data-seq] .text')
    .evaluateAll((elements) => elements.map((element) => element.textContent.trim()));

const markAsLoaded = (page) => page.evaluate(() => (window.loadedOnce = true));
const wasNeverReloaded = (page) => page.evaluate(() => window.loadedOnce === true);
