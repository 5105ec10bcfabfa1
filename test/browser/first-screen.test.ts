/**
 * The first useful screen of a site of ten thousand assets: how long until what a person came for is on it, printed for the
 * record (a shared machine decides too), and what holds on any machine: how much is fetched for it and how much is drawn.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SiteMap } from '../../src/api/index.ts';
import { hasAxe, violationsOf } from './axe.ts';
import {
  describeBrowser,
  type Gatehouse,
  PATIENCE_MS,
  setUp,
  siteOf,
  startBrowser,
  startGatehouse,
  type VisitOptions,
  visit,
} from './console.ts';
import { ASSETS, CONTROLLERS_OF_A_CELL, largeSiteCapture } from './large-site-capture.ts';

/** Path, and what a person came for. */
const SCREENS: readonly [string, string][] = [
  ['now', '.figure'],
  ['assets', '.trow'],
  ['map', '.map-area canvas'],
  ['flows', '.trow'],
];
const TIMES = 3;
/** The map comes in groups, what changes something beside it. */
const MOST_OCTETS = 300_000;

describeBrowser(`a site of ${ASSETS} assets in a browser`, () => {
  let gatehouse: Gatehouse;
  let browser: Browser;
  let folder = '';
  let site = '';
  let state: NonNullable<VisitOptions['state']>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatehouse-large-'));
    const capture = join(folder, 'large.pcap');
    await writeFile(capture, largeSiteCapture());
    [gatehouse, browser] = await Promise.all([startGatehouse([capture]), startBrowser()]);
    const { page, context } = await visit(browser, gatehouse.origin);
    // The first answers come between those about ten thousand devices that are being read.
    context.setDefaultTimeout(4 * PATIENCE_MS);
    await setUp(page, gatehouse.link);
    await page.waitForURL(/\/s\/[^/]+\/now/);
    site = siteOf(page);
    // All of it is read.
    await page.waitForFunction(
      async ([id, assets]) => {
        const now = (await (await fetch(`/api/v1/sites/${id}/now`)).json()) as {
          counts: { assets: number };
          state: string;
        };
        return now.counts.assets >= (assets as number) && now.state === 'watching';
      },
      [site, ASSETS] as const,
      { polling: 500 },
    );
    state = await context.storageState();
    await context.close();
  }, 8 * PATIENCE_MS);
  afterAll(async () => {
    await browser?.close();
    await gatehouse?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(SCREENS)('shows %s', { timeout: 3 * PATIENCE_MS }, async (path, what) => {
    const times: number[] = [];
    let octets = 0;
    for (let n = 0; n < TIMES; n++) {
      // A context of its own each time: nothing is in the browser's cache.
      const { page, context, errors } = await visit(browser, gatehouse.origin, { state });
      octets = 0;
      page.on('response', (answer) => {
        if (!answer.url().includes(`/sites/${site}/`)) return;
        void answer.body().then(
          (body) => {
            octets += body.length;
          },
          () => undefined,
        );
      });
      const before = Date.now();
      await page.goto(`${gatehouse.origin}/s/${site}/${path}`, { waitUntil: 'commit' });
      await page.locator(what).first().waitFor();
      await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
      times.push(Date.now() - before);
      expect(await page.locator('main *').count(), 'elements on the page').toBeLessThan(4000);
      expect(errors).toEqual([]);
      await context.close();
    }
    expect(octets, 'octets of the answers').toBeLessThan(MOST_OCTETS);
    times.sort((a, b) => a - b);
    console.log(
      `${path}: first useful screen ${times[TIMES >> 1]} ms (median of ${TIMES}; ${times.join(', ')}), ${octets} octets of answers`,
    );
  });

  it('opens a network on the map, and finds an asset in one that is closed', { timeout: 3 * PATIENCE_MS }, async () => {
    const { page, context, errors } = await visit(browser, gatehouse.origin, { state });
    await page.goto(`${gatehouse.origin}/s/${site}/map`);
    await page.getByRole('img', { name: `Map of ${ASSETS.toLocaleString('en-US')} assets` }).waitFor();
    const about = page.getByRole('complementary', { name: 'About what is chosen' });
    // Panels write: their pairs stand beside the map although no box is open.
    await about.getByRole('button', { name: '10.8.0.1' }).first().waitFor();
    const finder = page.getByRole('textbox', { name: 'Find an asset on the map' });
    await finder.fill('10.8.42.57');
    await page.locator('.map-found button').first().waitFor();
    await finder.press('Enter');
    await about.getByRole('heading', { name: '10.8.42.57' }).waitFor();
    // Whom it talks to, which is in the same network, and that network is open.
    await about.getByRole('button', { name: '10.8.42.1' }).first().click();
    await about.getByRole('heading', { name: '10.8.42.1', exact: true }).waitFor();
    await about.getByRole('heading', { name: `Asks ${CONTROLLERS_OF_A_CELL}` }).waitFor();
    await page.keyboard.press('n');
    await page.getByRole('img', { name: `Map of ${CONTROLLERS_OF_A_CELL + 1} assets` }).waitFor();
    await page.keyboard.press('Escape');
    const group = await page.evaluate(
      async (id) => ((await (await fetch(`/api/v1/sites/${id}/map`)).json()) as SiteMap).groups[0]!.id,
      site,
    );
    await page.goto(`${gatehouse.origin}/s/${site}/map?sel=${encodeURIComponent(group)}`);
    await about.getByRole('button', { name: 'Open the box' }).click();
    await about.getByRole('button', { name: 'Close the box' }).waitFor();
    await about.getByRole('heading', { name: 'Members' }).waitFor();
    if (hasAxe) expect(await violationsOf(page)).toEqual([]);
    expect(errors).toEqual([]);
    await context.close();
  });
});
