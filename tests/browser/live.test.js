// The live page: what happens on the server shows up by itself.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBrowser } from './browser.js';
import { startParlor } from './parlor.js';

let parlor, browser;
before(async () => {
  parlor = await startParlor();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await parlor?.close();
});

test('requests, subscriptions, mails and tables show up on the live page as they come', async () => {
  const live = await browser.person('live', `${parlor.url}/_local/live`);
  const phone = await browser.person('live on a phone', `${parlor.url}/_local/live`, {
    viewport: { width: 390, height: 780 },
    isMobile: true,
    colorScheme: 'dark',
  });
  const part = (name) => live.getByRole('region', { name });
  const requests = part('Requests').locator('tbody tr');
  await live.getByRole('status').getByText('live', { exact: true }).waitFor();
  await part('Subscriptions').getByText('None at the moment.').waitFor();
  await part('Outbox').getByText('No mail yet.').waitFor();

  // Somebody at work in the console.
  const page = await browser.person('console', parlor.url);
  await page.getByRole('button', { name: 'Create and sign in' }).click();
  await page.getByRole('radio', { name: 'Ann Archer' }).waitFor();
  await part('Outbox').locator('tbody tr', { hasText: 'ann@example.com' }).waitFor();
  await requests.filter({ hasText: 'SignUp' }).first().waitFor();

  const example = (name) => page.getByRole('group', { name: 'Examples' }).getByRole('button', { name });
  await example('Create a room').click();
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  const created = requests.filter({ hasText: 'createRoom' });
  await created.first().waitFor();
  assert.match(await created.first().innerText(), /GraphQL.*200/s);
  await page.locator('.result').getByText('"Tea"').waitFor();

  await example('Watch the room').click();
  await page.getByRole('button', { name: 'Start' }).click();
  await part('Subscriptions').locator('tbody tr', { hasText: 'onMessage' }).waitFor();

  // What was refused says why.
  await page.getByRole('textbox', { name: 'Operation' }).fill('{ getRoom(id: "00000000-0000-4000-8000-000000000000") { id } }');
  await page.getByRole('textbox', { name: 'Variables, as JSON' }).fill('');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await requests.filter({ hasText: 'getRoom' }).locator('.problem').first().waitFor();

  const tables = part('Tables');
  await tables.getByRole('button', { name: /ChatTable/ }).click();
  await tables.getByText('"PROFILE"').first().waitFor();
  await browser.shot(live, '40-live');
  await browser.shot(phone, '41-live-on-a-phone');

  // The page goes, and its subscription with it; the list is kept by the server.
  await page.context().close();
  await part('Subscriptions').getByText('None at the moment.').waitFor();
});

test('the live page waits for a server that is away, and goes on', async () => {
  const live = await browser.person('waiting', `${parlor.url}/_local/live`);
  const state = live.getByRole('status');
  await state.getByText('live', { exact: true }).waitFor();
  await parlor.kill();
  await state.getByText('the server is gone').waitFor();
  await parlor.restart();
  await state.getByText('live', { exact: true }).waitFor();
  // What was sent before is still there.
  await live.getByRole('region', { name: 'Outbox' }).getByText('ann@example.com').first().waitFor();
});

test('neither page met an error that it did not handle', () => {
  assert.deepEqual(browser.uncaught(), []);
});
