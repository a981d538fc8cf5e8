// The console at `/`: a person in one click, then a query, a mutation and a subscription.
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

test('somebody tries the API in the console', async () => {
  const page = await browser.person('console', parlor.url, { viewport: { width: 1500, height: 1000 } });
  const result = page.locator('.result');
  const example = (name) => page.getByRole('group', { name: 'Examples' }).getByRole('button', { name });
  const run = () => page.getByRole('button', { name: 'Run', exact: true }).click();
  try {
    await page.getByRole('heading', { name: 'What runs where' }).waitFor();
    await page.getByText('createRoom').first().waitFor();
    await browser.shot(page, '20-console-first-sight');

    // Two people, each in one click.
    await page.getByRole('button', { name: 'Create and sign in' }).click();
    await page.getByRole('radio', { name: 'Ann Archer' }).waitFor();
    await page.getByRole('button', { name: 'Create and sign in' }).click();
    await page.getByRole('radio', { name: 'Ben Baker' }).waitFor();
    await page.getByRole('region', { name: 'Outbox' }).getByText('ben@example.com').waitFor();
    await page.getByRole('radio', { name: 'Ann Archer' }).check();

    await example('Who am I').click();
    await run();
    await result.getByText('"Ann Archer"').waitFor();

    await example('Create a room').click();
    await page.getByRole('textbox', { name: 'Operation' }).press('Control+Enter');
    await result.getByText('"Tea"').waitFor();

    await example('Watch the room').click();
    await page.getByRole('button', { name: 'Start' }).click();
    const live = page.getByRole('region', { name: 'Live' });
    await live.getByText('live', { exact: true }).waitFor();

    await example('Send a message').click();
    await run();
    await result.getByText('"Hello!"').waitFor();
    await live.getByText('"Hello!"').waitFor();

    // Ben is not in the room: the refusal is readable.
    await page.getByRole('radio', { name: 'Ben Baker' }).check();
    await example('Send a message').click();
    await run();
    await result.getByRole('alert').getByText('Forbidden').waitFor();
    await example('Watch the room').click();
    await page.getByRole('button', { name: 'Start' }).click();
    await live.getByText('refused: Forbidden').waitFor();
    await browser.shot(page, '21-console-in-use');

    await example('Join a room').click();
    await run();
    await result.getByText('"MEMBER"').waitFor();
    await example('Send a message').click();
    await run();
    await live.getByText('"Ben Baker"').waitFor();

    await example('Todo, by API key').click();
    await run();
    await result.getByText('"Water the plants"').waitFor();

    await live.getByRole('button', { name: 'Stop' }).click();
    await live.getByText('stopped', { exact: true }).waitFor();

    await page.getByLabel('Search the schema').fill('presigned GET');
    await page.getByText('A presigned GET, valid for 15 minutes').waitFor();
    await browser.shot(page, '22-console-schema');

    const facts = await page.locator('#status').evaluate((section) => {
      const copy = section.cloneNode(true);
      for (const json of copy.querySelectorAll('pre')) json.remove();
      return copy.textContent;
    });
    assert.match(facts, /AWS::DynamoDB::Table/);
    assert.doesNotMatch(facts, /undefined|null|false|\[object/, 'a value that nobody should read');

    await page.setViewportSize({ width: 390, height: 800 });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, `the page is ${overflow} pixels too wide on a phone`);
    await page.emulateMedia({ colorScheme: 'dark' });
    await browser.shot(page, '23-console-on-a-phone-in-the-dark');
    assert.deepEqual(browser.uncaught(), []);
  } catch (error) {
    await browser.shot(page, 'failed-console');
    console.error(browser.said().slice(-40).join('\n'));
    throw error;
  }
});
