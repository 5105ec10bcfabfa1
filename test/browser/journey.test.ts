/**
 * The user's first minute with a real capture (a Siemens S7-300 with a station that writes to it, stops and starts it):
 * set-up link, the PLC by its name, its firmware, who wrote to it, and the frame that proves it. Then a file is dropped,
 * the scheme switched, the window narrowed, and the keyboard used.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeShared, sharedCapture } from '../shared.ts';
import { hasAxe, violationsOf } from './axe.ts';
import {
  describeBrowser,
  type Gatehouse,
  logIn,
  overflow,
  PATIENCE_MS,
  setUp,
  siteOf,
  startBrowser,
  startGatehouse,
  visit,
} from './console.ts';

const PLC = 'S7300/ET200M station_1';
const STATION = '134.217.61.131';
const PAGES = [
  'now',
  'alerts',
  'alerts?tab=findings',
  'incidents',
  'map',
  'assets',
  'process',
  'points',
  'learning',
  'learning?tab=baselines',
  'learning?tab=detectors',
  'commands',
  'flows',
  'coverage',
  'windows',
  'names',
  'journal',
  'settings',
];
/** What the station did to the PLC: a rule that holds from the first frame. */
const ALERT = `${STATION} changes the operating mode of ${PLC}`;

describeShared('the console in a browser', () => {
  describeBrowser('with a real capture', () => {
    let gatehouse: Gatehouse;
    let browser: Browser;
    let site = '';
    beforeAll(async () => {
      [gatehouse, browser] = await Promise.all([
        startGatehouse([sharedCapture('s7comm/icsnpp.snap7')]),
        startBrowser(),
      ]);
      // The set-up link works once: every test afterwards logs in.
      const first = await visit(browser, gatehouse.origin);
      await setUp(first.page, gatehouse.link);
      await first.page.waitForURL(/\/s\/[^/]+\/now/);
      site = siteOf(first.page);
      await first.page.getByRole('contentinfo').getByText('of payload visible').waitFor();
      expect(first.page.url()).not.toContain('#');
      expect(first.errors).toEqual([]);
      expect(first.foreign).toEqual([]);
      await first.context.close();
    }, 2 * PATIENCE_MS);
    afterAll(async () => {
      await browser?.close();
      await gatehouse?.stop();
    });

    const enter = async (path: string, options: Parameters<typeof visit>[2] = {}) => {
      const v = await visit(browser, gatehouse.origin, options);
      await logIn(v.page, gatehouse.origin, path);
      // The login page asks who is there and is told nobody: Chromium counts that as an error.
      v.errors.length = 0;
      return v;
    };
    const settled = (page: Page) =>
      page.waitForFunction(() => document.querySelector('main [aria-busy="true"]') === null);

    it('says of a recording of minutes that it is too short to learn from', { timeout: PATIENCE_MS }, async () => {
      const { page, context, errors } = await enter(`/s/${site}/now`);
      const learning = page.locator('.panel').filter({ hasText: 'Too short to learn what is usual' });
      await learning.getByText('Judged from the first frame').waitFor();
      // Links in the middle of words, which no page of the simulated plant has here.
      if (hasAxe || process.env.CI === 'true') expect(await violationsOf(page)).toEqual([]);
      await learning.getByRole('link', { name: 'Who writes to controllers?' }).click();
      await page.getByRole('row').filter({ hasText: STATION }).first().waitFor();
      expect(errors).toEqual([]);
      await context.close();
    });

    it('says of a recording first what it shows', { timeout: PATIENCE_MS }, async () => {
      const { page, context, errors } = await enter(`/s/${site}/now`);
      const shows = page.locator('.panel').filter({ hasText: 'What the recording shows' });
      const devices = shows.getByRole('region', { name: 'Devices' });
      const first = devices.getByRole('listitem').first();
      await first.getByRole('link', { name: PLC }).waitFor();
      await first.getByText('Siemens CPU 315-2 PN/DP').waitFor();
      await first.getByText('firmware V3.2.7').waitFor();
      const changes = shows.getByRole('region', { name: 'Who changes something' });
      await changes.getByText('mode-change').waitFor();
      await changes.getByRole('link', { name: STATION }).waitFor();
      // It stands above what is judged, and nothing sticks out at the side.
      expect((await shows.boundingBox())!.y).toBeLessThan(
        (await page.locator('.panel').filter({ hasText: 'Needs a person' }).first().boundingBox())!.y,
      );
      expect(errors).toEqual([]);
      await context.close();
    });

    it('finds the PLC, its firmware, who changed it, and the frame', { timeout: 2 * PATIENCE_MS }, async () => {
      const { page, context, errors, foreign } = await enter(`/s/${site}/assets`);
      await page.getByRole('combobox', { name: 'Filter assets' }).fill('role:plc');
      await page.getByRole('row').filter({ hasText: PLC }).click();
      await page.getByRole('heading', { level: 1, name: PLC }).waitFor();
      await page.locator('.identity').getByText('V3.2.7', { exact: true }).waitFor();
      await page.locator('.identity').getByText('6ES7 315-2EH14-0AB0').waitFor();

      const changes = page.getByRole('table', { name: 'Who changed something here' });
      const stop = changes.getByRole('row').filter({ hasText: 'PLC Stop' });
      await stop.getByText('mode-change').waitFor();
      await stop.getByRole('link', { name: STATION }).waitFor();

      const proof = stop.locator('.evidence a').first();
      const number = (await proof.innerText()).replace('#', '');
      await proof.click();
      const frame = page.getByRole('dialog');
      await frame.getByText(`Frame ${number}`, { exact: true }).waitFor();
      await frame.getByRole('button', { name: /S7comm/ }).waitFor();
      await frame
        .getByText(/mode-change|PLC Stop/)
        .first()
        .waitFor();
      // The octets of that very frame: an Ethernet frame to the PLC, TPKT version 3 in it.
      expect(await frame.getByRole('img', { name: /octets, hexadecimal/ }).innerText()).toContain('0000');
      expect(new URL(page.url()).searchParams.get('frame')).toMatch(new RegExp(`:${number}$`));

      // The address line holds all of it: a colleague who gets the link sees the same.
      await page.reload();
      await page.getByRole('dialog').getByText(`Frame ${number}`, { exact: true }).waitFor();
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /S7comm/ })
        .waitFor();
      await page.keyboard.press(']');
      await page
        .getByRole('dialog')
        .getByText(`Frame ${Number(number) + 1}`, { exact: true })
        .waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect(errors).toEqual([]);
      expect(foreign).toEqual([]);
      await context.close();
    });

    it('says on the first page what needs a person, with the four parts of the statement', {
      timeout: 2 * PATIENCE_MS,
    }, async () => {
      const { page, context } = await enter(`/s/${site}/now`);
      const posture = await page.locator('.posture h1').innerText();
      expect(posture).not.toMatch(/\b(safe|ok)\b/i);
      // The first line is what needs a person first; Enter opens it.
      const links = page.getByRole('link', { name: ALERT });
      // It is said once.
      await expect.poll(() => links.count()).toBe(1);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: ALERT }).waitFor();
      for (const part of ['What happened', 'Compared with', 'May be innocent', 'Check next']) {
        await page.getByRole('heading', { name: part, exact: true }).waitFor();
      }
      await context.close();
    });

    it('is walked with the keyboard', { timeout: 2 * PATIENCE_MS }, async () => {
      const { page, context, errors } = await enter(`/s/${site}/assets`);
      await page.getByRole('row').filter({ hasText: PLC }).waitFor();
      // What has a name comes before what has an address only.
      for (const key of 'jjkj') await page.keyboard.press(key);
      const chosen = page.locator('[role="row"][aria-selected="true"]');
      const name = (await chosen.locator('.name').innerText()).trim();
      expect(name).toBe(STATION);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name }).waitFor();

      await page.keyboard.press('ControlOrMeta+k');
      await page.getByPlaceholder(/Name, IP, MAC/).fill('station_1');
      // Assets stand first; the alert that names it comes below.
      const hit = page.locator('.mantine-Spotlight-action').filter({ hasText: PLC }).first();
      await hit.waitFor();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: PLC }).waitFor();
      await page.getByRole('dialog').waitFor({ state: 'detached' });

      await page.keyboard.press('g');
      await page.keyboard.press('c');
      await page.waitForURL(/\/commands/);
      await page.getByRole('combobox', { name: 'Filter commands' }).waitFor();
      await page.keyboard.press('/');
      await page.keyboard.type('verb:write');
      await page.waitForURL(/q=verb/);
      expect(errors).toEqual([]);
      await context.close();
    });

    it('works an alert off: from the queue to the frame, the verdict and the journal', {
      timeout: 3 * PATIENCE_MS,
    }, async () => {
      const { page, context, errors } = await enter(`/s/${site}/now`);
      await page.getByRole('contentinfo').waitFor();
      await page.keyboard.press('g');
      await page.keyboard.press('l');
      const row = page.getByRole('row').filter({ hasText: ALERT });
      await row.waitFor();
      // Beside the queue: the statement without leaving the list.
      await row.getByTitle(ALERT).click();
      const beside = page.getByRole('complementary', { name: 'Chosen row' });
      await beside.getByRole('heading', { name: 'Check next' }).waitFor();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: ALERT }).waitFor();
      await page.getByText('T0858').waitFor();

      await page.keyboard.press('e');
      const frame = page.getByRole('dialog');
      await frame.getByRole('button', { name: /S7comm/ }).waitFor();
      await page.keyboard.press('Escape');
      await frame.waitFor({ state: 'detached' });

      await page.keyboard.press('a');
      await page.getByRole('button', { name: 'Acknowledge', exact: true }).waitFor({ state: 'detached' });

      // "Benign" without a reason is not taken.
      await page.keyboard.press('v');
      const review = page.getByRole('dialog', { name: 'Review' });
      await review.getByRole('radio', { name: 'benign' }).check();
      const record = review.getByRole('button', { name: 'Record the review' });
      expect(await record.isDisabled()).toBe(true);
      await review.getByRole('textbox', { name: /Reason/ }).fill('Commissioning, work order 4711');
      await record.click();
      await review.waitFor({ state: 'detached' });
      // Done with it: it was the only one, so the queue says that none waits.
      await page.getByRole('heading', { name: 'No alert waits' }).waitFor();

      // It left the queue, and stands among the closed ones with the verdict; the journal has the person.
      await page.goto(`${gatehouse.origin}/s/${site}/alerts`);
      await page.getByRole('tab', { name: 'Closed' }).click();
      const closed = page.getByRole('row').filter({ hasText: ALERT });
      await closed.getByText('benign').waitFor();
      await closed.getByTitle(ALERT).click();
      await page.keyboard.press('Enter');
      await page.getByText('Commissioning, work order 4711').first().waitFor();
      await page.goto(`${gatehouse.origin}/s/${site}/journal`);
      await page
        .getByRole('row')
        .filter({ hasText: /review/i })
        .filter({ hasText: 'keeper' })
        .first()
        .waitFor();
      expect(errors).toEqual([]);
      await context.close();
    });

    it('announces work in the time of the plant, and takes it back', { timeout: 2 * PATIENCE_MS }, async () => {
      const { page, context, errors } = await enter(`/s/${site}/windows`);
      await page.getByRole('button', { name: 'Announce work' }).click();
      const dialog = page.getByRole('dialog', { name: 'Announce work' });
      await dialog.getByRole('textbox', { name: 'What is done' }).fill('Drive of pump P-204');
      await dialog.getByRole('textbox', { name: 'Work order' }).fill('WO 4711');
      await dialog.getByRole('button', { name: 'Announce', exact: true }).click();
      await dialog.waitFor({ state: 'detached' });
      const row = page.getByRole('row').filter({ hasText: 'Drive of pump P-204' });
      await row.getByText(/WO 4711/).waitFor();
      await row.getByRole('button', { name: 'Cancel' }).click();
      await row.getByText('cancelled').waitFor();
      expect(errors).toEqual([]);
      await context.close();
    });

    it('says what is learned and what not yet, never silence', { timeout: 2 * PATIENCE_MS }, async () => {
      const { page, context, errors } = await enter(`/s/${site}/learning`);
      await page.getByRole('heading', { name: /Learning what is usual here/ }).waitFor();
      await page.getByRole('table', { name: 'What is being learned' }).waitFor();
      await page
        .getByText('nothing learned yet')
        .or(page.getByText(/learning, \d/))
        .first()
        .waitFor();
      await page.getByRole('tab', { name: 'Detectors and thresholds' }).click();
      const range = page.getByRole('slider', { name: 'Lowest surprise of mode-change that becomes an alert' });
      await range.focus();
      await page.keyboard.press('End');
      // A change is tried on the recordings before it can be applied.
      expect(await page.getByRole('button', { name: 'Apply' }).count()).toBe(0);
      await page.getByRole('button', { name: 'Try on the recordings' }).click();
      await page
        .getByRole('region', { name: 'What it would have given' })
        .getByText(/it would have given/)
        .waitFor();
      expect(await page.getByRole('button', { name: 'Apply' }).isDisabled()).toBe(true);
      expect(errors).toEqual([]);
      await context.close();
    });

    it('draws the site, and the choice on it is in the address', { timeout: 2 * PATIENCE_MS }, async () => {
      const { page, context, errors } = await enter(`/s/${site}/map`);
      await page.getByRole('img', { name: /^Map of / }).waitFor();
      await page.keyboard.press('/');
      await page.keyboard.type('station_1');
      await page.keyboard.press('Enter');
      const panel = page.getByRole('complementary', { name: 'About what is chosen' });
      await panel.getByRole('heading', { name: PLC }).waitFor();
      await panel.getByRole('button', { name: STATION }).waitFor();
      await panel.getByText('mode-change').first().waitFor();
      expect(new URL(page.url()).searchParams.get('sel')).toMatch(/^a\d/);
      expect(errors).toEqual([]);
      await context.close();
    });

    it.each([
      ['light', 1024],
      ['dark', 1024],
      ['light', 1440],
    ] as const)(
      'fits in %s at %i pixels, without an error on any page',
      { timeout: 4 * PATIENCE_MS },
      async (scheme, width) => {
        const { page, context, errors, foreign } = await enter(`/s/${site}/now`, { width, height: 768, scheme });
        for (const name of PAGES) {
          await page.goto(`${gatehouse.origin}/s/${site}/${name}`);
          await page.locator('main').locator('> *').first().waitFor();
          await settled(page);
          expect(await overflow(page), `${name} scrolls sideways`).toBeLessThanOrEqual(0);
          // Content that is cut off at the right would hide behind the page's own clip.
          expect(await page.evaluate(() => document.body.scrollWidth - window.innerWidth), name).toBeLessThanOrEqual(0);
        }
        expect(errors).toEqual([]);
        expect(foreign).toEqual([]);
        await context.close();
      },
    );

    it('switches between light and dark, and remembers', { timeout: 2 * PATIENCE_MS }, async () => {
      const { page, context } = await enter(`/s/${site}/now`, { scheme: 'light' });
      const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const light = await ground();
      await page.getByRole('button', { name: 'Switch to dark' }).click();
      await page.getByRole('button', { name: 'Switch to light' }).waitFor();
      const dark = await ground();
      expect(dark).not.toBe(light);
      await page.reload();
      await page.getByRole('button', { name: 'Switch to light' }).waitFor();
      expect(await ground()).toBe(dark);
      await context.close();
    });

    it('reads a file that is dropped on the page', { timeout: 2 * PATIENCE_MS }, async () => {
      const { page, context, errors } = await enter(`/s/${site}/now`);
      await page.getByTestId('capture-input').setInputFiles(sharedCapture('bacnet/malcolm.BACnet_device_control'));
      await page.waitForURL((url) => siteOf(page) !== site && url.pathname.endsWith('/now'));
      await page.getByRole('link', { name: 'Assets' }).first().click();
      await page.getByText('172.16.7.201').first().waitFor();

      // The same file again is known, octet for octet: nothing new appears.
      const opened = siteOf(page);
      await page.getByTestId('capture-input').setInputFiles(sharedCapture('bacnet/malcolm.BACnet_device_control'));
      await page.getByText('Read before').waitFor();
      expect(siteOf(page)).toBe(opened);
      expect(errors).toEqual([]);

      // What is no capture is said so, and nothing else changes.
      await page
        .getByTestId('capture-input')
        .setInputFiles({ name: 'notes.pcap', mimeType: 'text/plain', buffer: Buffer.from('no capture') });
      await page
        .getByRole('alert')
        .filter({ hasText: /capture/i })
        .first()
        .waitFor();
      expect(siteOf(page)).toBe(opened);
      await context.close();
    });

    it('turns a wrong password away with a sentence', { timeout: PATIENCE_MS }, async () => {
      const { page, context } = await visit(browser, gatehouse.origin);
      await page.goto(`${gatehouse.origin}/s/${site}/now`);
      await page.getByLabel('Name').fill('keeper');
      await page.getByRole('textbox', { name: 'Password' }).fill('not the password');
      await page.getByRole('button', { name: 'Log in' }).click();
      await page.getByRole('alert').waitFor();
      expect(page.url()).toContain('/login');
      await context.close();
    });
  });
});
