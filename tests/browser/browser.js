// A real Chromium; every person gets a browser context of their own, as on their own machine.
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Longest wait for anything on a page; a loaded machine with an unoptimised server needs some of it. */
export const PATIENCE_MS = 30_000;

/** `flags` are further ones of the command line. */
export async function openBrowser(flags = []) {
  const browser = await chromium.launch({ executablePath: EXECUTABLE, args: [...FLAGS, ...flags] });
  const pictures = process.env.PARLOR_SHOTS ?? (await mkdtemp(join(tmpdir(), 'parlor-shots-')));
  await mkdir(pictures, { recursive: true });
  console.log(`Pictures of the pages: ${pictures}`);
  const said = [];

  return {
    /** Opens `url` for a person; `options` are those of a browser context. */
    async person(name, url, options = {}) {
      const context = await browser.newContext({ viewport: { width: 1180, height: 760 }, ...options });
      context.setDefaultTimeout(PATIENCE_MS);
      const page = await context.newPage();
      page.on('console', (message) => said.push(`${name}: ${message.type()} ${message.text()}`));
      page.on('pageerror', (error) => said.push(`${name}: uncaught ${error.stack}`));
      await page.goto(url);
      return page;
    },
    shot: (page, name) => page.screenshot({ path: join(pictures, `${name}.png`) }),
    /** What the pages wrote to their consoles: for the report of a failure. */
    said: () => said,
    uncaught: () => said.filter((line) => line.includes(': uncaught ')),
    close: () => browser.close(),
  };
}
