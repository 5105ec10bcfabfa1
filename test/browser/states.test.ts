/**
 * What a console shows when things are not as they should be: a folder in which nothing lies yet, a session that ended while
 * the page was open, a Gatehouse that was updated under it, an event stream that was refused.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  describeBrowser,
  type Gatehouse,
  logIn,
  PATIENCE_MS,
  setUp,
  siteOf,
  startBrowser,
  startGatehouse,
  type VisitOptions,
  visit,
} from './console.ts';
import { pumpCapture } from './pump-capture.ts';

const EVENTS = '**/api/v1/events';

describeBrowser('states of the console', () => {
  let gatehouse: Gatehouse;
  let browser: Browser;
  let folder = '';
  let watched = '';
  let pump = '';
  let state: NonNullable<VisitOptions['state']>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatehouse-states-'));
    watched = await mkdtemp(join(tmpdir(), 'gatehouse-watched-'));
    const capture = join(folder, 'pump.pcap');
    [gatehouse, browser] = await Promise.all([
      startGatehouse([watched]),
      startBrowser(),
      writeFile(capture, pumpCapture()),
    ]);
    const first = await visit(browser, gatehouse.origin);
    await setUp(first.page, gatehouse.link);
    await first.page.waitForURL(/\/s\/[^/]+\/now/);
    const empty = siteOf(first.page);
    await first.page.getByTestId('capture-input').setInputFiles(capture);
    await first.page.waitForURL((url) => !url.pathname.startsWith(`/s/${empty}/`) && url.pathname.endsWith('/now'));
    pump = siteOf(first.page);
    await first.page.getByRole('contentinfo').getByText('of payload visible').waitFor();
    state = await first.context.storageState();
    expect(first.errors).toEqual([]);
    await first.context.close();
  }, 2 * PATIENCE_MS);
  afterAll(async () => {
    await browser?.close();
    await gatehouse?.stop();
    for (const path of [folder, watched]) await rm(path, { recursive: true, force: true });
  });

  const enter = async (path: string) => {
    const v = await visit(browser, gatehouse.origin, { state });
    await v.page.goto(`${gatehouse.origin}${path}`);
    return v;
  };
  const firstAlert = async (page: Page): Promise<string> => {
    let first = '';
    const look = async () => {
      first = await page.evaluate(async (url) => {
        const list = (await (await fetch(url)).json()) as { items: { id: string }[] };
        return list.items[0]?.id ?? '';
      }, `/api/v1/sites/${pump}/alerts?q=-state:closed`);
      return first;
    };
    await expect.poll(look, { timeout: PATIENCE_MS }).not.toBe('');
    return first;
  };
  const go = (page: Page, name: string) =>
    page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).click();

  it('a watched folder without captures is watched: Now and Coverage say that nothing lies there', {
    timeout: PATIENCE_MS,
  }, async () => {
    const { page, context } = await enter(`/s/${basename(watched).toLowerCase()}/now`);
    const says = `No capture lies in ${watched} yet`;
    await page.locator('.posture').getByText(says).waitFor();
    await page.locator('.blind-list').getByText(says).waitFor();
    await go(page, 'Coverage');
    await page.locator('.verdict').getByText(says).waitFor();
    expect(await page.locator('main').innerText()).not.toContain('has no source');
    await context.close();
  });

  it('reads lead to what was read, in place of "none"', { timeout: PATIENCE_MS }, async () => {
    const { page, context } = await enter(`/s/${pump}/commands?q=verb:read`);
    await page.getByRole('link', { name: 'its points' }).first().waitFor();
    expect(await page.getByRole('grid').innerText()).not.toMatch(/none named|\bnone\b/);
    await page.getByRole('link', { name: 'its points' }).first().click();
    await page.waitForURL(/\/points\?q=asset/);
    await page.getByText('holding 2', { exact: true }).first().waitFor();
    await context.close();
  });

  it('words are looked for in all messages of a conversation, and a frame lies below the list in a narrow window', {
    timeout: 3 * PATIENCE_MS,
  }, async () => {
    const { page, context, errors } = await enter(`/s/${pump}/flows`);
    await page.setViewportSize({ width: 1024, height: 768 });
    // A value that is read long after the messages that a page has at first.
    const { id, word } = await page.evaluate(async (base) => {
      interface Messages {
        items: { source: string; frame: number; role: string; fields: { name: string; value: string }[] }[];
      }
      const get = async (path: string) => (await fetch(`${base}/${path}`)).json();
      const flow = ((await get('flows?limit=1&sort=-packets')).items as { id: string }[])[0]!.id;
      const first = (await get(`flows/${flow}/messages?limit=1000`)) as Messages;
      const { source, frame } = first.items.at(-1)!;
      const late = (await get(`flows/${flow}/messages?source=${source}&after=${frame + 5000}&limit=20`)) as Messages;
      const early = new Set(first.items.flatMap((m) => m.fields.map((f) => f.value)));
      const values = late.items.flatMap((m) => m.fields.map((f) => f.value));
      return { id: flow, word: values.find((v) => /^\d{3,}$/.test(v) && !early.has(v)) ?? '' };
    }, `/api/v1/sites/${pump}`);
    expect(word).not.toBe('');
    await page.goto(`${gatehouse.origin}/s/${pump}/flows/${id}`);
    await page.getByText('200 and more').waitFor();
    // What was read stands in the row, by the names that the site has for it.
    expect(await page.locator('.message-answers .message-value').first().innerText()).toMatch(
      /^holding \d+(–\d+)?\s*(all )?-?\d/,
    );
    const words = page.getByRole('textbox', { name: 'Words in these messages' });
    await words.fill(word);
    await page.getByText('in exchanges with these words').waitFor();
    const answer = page.locator('.message-answers .message').first();
    expect(await answer.innerText()).toContain(word);
    await words.fill('no-such-word');
    await page.getByText('None of all messages of these two holds these words.').waitFor();
    await words.fill('');
    await page.getByText('200 and more').waitFor();
    await words.blur();
    await page.keyboard.press('j');
    const frame = page.getByRole('dialog');
    await frame.getByText(/^Frame /).waitFor();
    await page.locator('.frame-drawer.below').waitFor();
    const list = await page.locator('.message.on').boundingBox();
    // It has come up when it does not move any more.
    await expect
      .poll(async () => Math.round((await page.locator('.frame-drawer.below').boundingBox())?.y ?? 0))
      .toBe(Math.round(768 * 0.44));
    expect((list?.y ?? 768) + (list?.height ?? 0)).toBeLessThan(768 * 0.44);
    expect(errors).toEqual([]);
    await context.close();
  });

  it('an asset list that is given like a capture is imported, and what it leaves out is told', {
    timeout: 2 * PATIENCE_MS,
  }, async () => {
    const { page, context, errors } = await enter(`/s/${pump}/now`);
    await page.locator('.posture h1').waitFor();
    // The beginning of the capture is a site of its own: other tests know the pump without a list.
    await page.getByTestId('capture-input').setInputFiles({
      name: 'start.pcap',
      mimeType: 'application/octet-stream',
      buffer: pumpCapture().subarray(0, 60_000),
    });
    await page.waitForURL((url) => siteOf(page) !== pump && url.pathname.endsWith('/now'));
    await page.getByRole('contentinfo').getByText('of payload visible').waitFor();
    const text = 'Name;IP\nPump house;10.7.0.20\nPanel;10.7.0.10\nPanel left;10.7.0.10\nOld drive;10.7.0.99\n';
    await page
      .getByTestId('capture-input')
      .setInputFiles({ name: 'plant.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByRole('button', { name: 'Apply 1 entry' }).click();
    await page.getByRole('tab', { name: 'Ambiguous 2' }).click();
    await page.getByRole('row').filter({ hasText: 'Panel left' }).waitFor();
    await go(page, 'Assets');
    // What has a name comes first.
    await page.locator('.trow .name').first().getByText('Pump house').waitFor();
    await go(page, 'Journal');
    await page.getByText('source start.pcap').first().waitFor();
    expect(errors).toEqual([]);
    await context.close();
  });

  it('a viewer is told what others do, page by page, and is offered nothing that would be refused', {
    timeout: 3 * PATIENCE_MS,
  }, async () => {
    const admin = await enter(`/s/${pump}/settings`);
    const made = await admin.page.evaluate(async () => {
      const { csrf } = (await (await fetch('/api/v1/me')).json()) as { csrf: string };
      const headers = { 'content-type': 'application/json', 'x-csrf-token': csrf };
      const body = JSON.stringify({ name: 'onlooker', password: 'gates are kept by people', role: 'viewer' });
      return (await fetch('/api/v1/users', { method: 'POST', headers, body })).status;
    });
    expect(made).toBe(200);
    const first = (list: string) =>
      admin.page.evaluate(async (url) => {
        const answer = (await (await fetch(url)).json()) as { items: { id: string }[] };
        return answer.items[0]?.id ?? '';
      }, `/api/v1/sites/${pump}/${list}`);
    const pages = [
      ['windows', /^Managers, engineers and administrators announce work\.$/],
      ['names', /^Analysts, engineers and administrators import it\.$/],
      ['learning?tab=baselines', /^Engineers and administrators save and restore\.$/],
      [`assets/${await first('assets?q=role:plc')}`, /^Analysts, engineers and administrators correct it\.$/],
      [`points/${await first('points')}`, /^Analysts, engineers and administrators set it\.$/],
      [`process/${await first('cells')}`, /^Engineers and administrators add and approve\.$/],
      [`flows/${await first('flows')}`, /^Auditors, analysts, engineers and administrators take the frames\.$/],
    ] as const;
    await admin.context.close();
    const { page, context, errors } = await visit(browser, gatehouse.origin);
    await page.goto(`${gatehouse.origin}/login?q=${encodeURIComponent(`/s/${pump}/now`)}`);
    await page.getByLabel('Name').fill('onlooker');
    await page.getByRole('textbox', { name: 'Password' }).fill('gates are kept by people');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Blind spots' }).waitFor();
    for (const [path, says] of pages) {
      await page.goto(`${gatehouse.origin}/s/${pump}/${path}`);
      await page.locator('main').getByText(says).first().waitFor();
    }
    await page.getByRole('button', { name: 'Analyse a capture file' }).click();
    await page.getByText('engineers and administrators give Gatehouse captures to read').waitFor();
    expect(errors).toEqual([]);
    await context.close();
  });

  it('times are told in the plant’s zone, also when the list of sites is the last answer', {
    timeout: PATIENCE_MS,
  }, async () => {
    const { page, context } = await visit(browser, gatehouse.origin, { state });
    let release = (): void => undefined;
    const others = new Promise<void>((done) => {
      release = done;
    });
    await page.route('**/api/v1/sites', async (route) => {
      const answer = await route.fetch();
      const list = (await answer.json()) as { items: { zone: string }[] };
      for (const s of list.items) s.zone = 'Pacific/Kiritimati';
      await others;
      await route.fulfill({ response: answer, json: list });
    });
    // The list comes after what the page asks for, if it asks before it has the list.
    const coverage = page.waitForResponse('**/api/v1/sites/*/coverage').catch(() => undefined);
    const me = page.waitForResponse('**/api/v1/me');
    await page.goto(`${gatehouse.origin}/s/${pump}/coverage`);
    await me;
    const drawn = page.evaluate(async () => {
      for (let n = 0; n < 200; n++) await new Promise((next) => requestAnimationFrame(next));
    });
    await Promise.race([coverage.then(() => page.locator('main time').first().waitFor()), drawn]);
    release();
    await page.getByRole('heading', { name: 'Blind spots' }).waitFor();
    await page.getByRole('contentinfo').getByText('Pacific/Kiritimati').waitFor();
    const shown = page.locator('main time').first();
    const [exact, text] = [await shown.getAttribute('datetime'), await shown.innerText()];
    const there = new Intl.DateTimeFormat('sv-SE', {
      timeZone: 'Pacific/Kiritimati',
      dateStyle: 'short',
      timeStyle: 'medium',
    });
    expect(text).toContain(there.format(new Date(exact ?? '')));
    await context.close();
  });

  it('says that it waits while the first answers are under way', { timeout: PATIENCE_MS }, async () => {
    const { page, context } = await visit(browser, gatehouse.origin, { state });
    let release = (): void => undefined;
    const asked = new Promise<void>((done) => {
      release = done;
    });
    await page.route('**/api/v1/sites/*/now', async (route) => {
      await asked;
      await route.continue();
    });
    await page.goto(`${gatehouse.origin}/s/${pump}/now`);
    await page.getByRole('contentinfo').getByText('waiting for an answer').waitFor();
    await page.getByRole('status', { name: 'Loading what needs a person' }).waitFor();
    release();
    await page.getByRole('contentinfo').getByText('up to date').waitFor();
    await page.getByRole('heading', { name: 'Blind spots' }).waitFor();
    await context.close();
  });

  it('a session that is over leads to the login and back to the very page', { timeout: PATIENCE_MS }, async () => {
    const { page, context } = await enter(`/s/${pump}/assets?q=role:plc`);
    await page.getByRole('grid', { name: 'assets' }).waitFor();
    await context.clearCookies();
    await page.keyboard.press('r');
    await page.getByText('Your session is over').waitFor();
    await page.getByLabel('Name').fill('keeper');
    await page.getByRole('textbox', { name: 'Password' }).fill('gates are kept by people');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('grid', { name: 'assets' }).waitFor();
    expect(page.url()).toContain(`/s/${pump}/assets?q=role`);
    await page.getByRole('contentinfo').getByText('up to date').waitFor();
    await context.close();
  });

  it('a review that is half written when the session ends is there when its person is back', {
    timeout: 2 * PATIENCE_MS,
  }, async () => {
    const { page, context, errors } = await enter(`/s/${pump}/alerts`);
    await page.goto(`${gatehouse.origin}/s/${pump}/alerts/${await firstAlert(page)}`);
    await page.getByRole('button', { name: 'Review …' }).click();
    const review = page.getByRole('dialog', { name: 'Review' });
    await review.getByLabel('Reason').fill('the drive was changed this morning');
    await review.getByRole('radio').last().check();
    await context.clearCookies();
    // The page may know it already, and then nobody can click there.
    await review.getByRole('button', { name: 'Record the review' }).dispatchEvent('click');
    const door = page.getByRole('dialog', { name: 'Log in again' });
    await door.getByText('what you were writing is still there').waitFor();
    // Nothing of the page is to be seen, and its keys do nothing.
    expect(await page.evaluate(() => document.elementFromPoint(20, 20)?.closest('.session-over') !== null)).toBe(true);
    await page.keyboard.press('Escape');
    await door.getByLabel('Name').fill('keeper');
    await door.getByRole('textbox', { name: 'Password' }).fill('gates are kept by people');
    await door.getByRole('button', { name: 'Log in' }).click();
    await door.waitFor({ state: 'detached' });
    expect(await review.getByLabel('Reason').inputValue()).toBe('the drive was changed this morning');
    // Another tab logs in anew: the token of this one is old, and renewed without a word.
    const other = await context.newPage();
    await logIn(other, gatehouse.origin, `/s/${pump}/now`);
    await review.getByRole('button', { name: 'Record the review' }).click();
    await page.getByText('Review recorded').waitFor();
    await page.locator('.deeds').getByText('the drive was changed this morning', { exact: true }).waitFor();
    expect(errors.filter((e) => !/40[13]/.test(e))).toEqual([]);
    await context.close();
  });

  it('who did not see that somebody else has taken an alert does not take it from him', {
    timeout: 2 * PATIENCE_MS,
  }, async () => {
    const { page, context } = await visit(browser, gatehouse.origin, { state });
    // This page hears nothing of what happens elsewhere.
    await page.route(EVENTS, (route) => route.abort());
    await page.goto(`${gatehouse.origin}/s/${pump}/alerts`);
    const alert = await firstAlert(page);
    await page.goto(`${gatehouse.origin}/s/${pump}/alerts/${alert}`);
    await page.getByRole('button', { name: 'Take', exact: true }).waitFor();
    const other = await enter(`/s/${pump}/alerts/${alert}`);
    await other.page.getByRole('button', { name: 'Take', exact: true }).click();
    await other.page.getByText('keeper takes care').waitFor();
    await other.context.close();
    await page.getByRole('button', { name: 'Take', exact: true }).click();
    await page.getByText('Somebody changed it meanwhile: it is acknowledged, and keeper takes care of it.').waitFor();
    await page.locator('.finding-head').getByText('keeper takes care').waitFor();
    await page.getByRole('button', { name: 'Give back' }).click();
    await page.getByRole('button', { name: 'Take', exact: true }).waitFor();
    await context.close();
  });

  it('a point is found by its tag from any page', { timeout: PATIENCE_MS }, async () => {
    const { page, context, errors } = await enter(`/s/${pump}/coverage`);
    await page.getByRole('heading', { name: 'Blind spots' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('textbox', { name: 'Find', exact: true }).fill('holding 2');
    // An alert may speak of it too: the point is the one that is called so.
    await page
      .locator('[data-action]')
      .filter({ has: page.getByText('holding 2', { exact: true }) })
      .click();
    await page.waitForURL(/\/points\/\d+/);
    await page.getByRole('heading', { level: 1, name: 'holding 2' }).waitFor();
    expect(errors).toEqual([]);
    await context.close();
  });

  it('a stream that was refused is opened again', { timeout: PATIENCE_MS }, async () => {
    const { page, context } = await visit(browser, gatehouse.origin, { state });
    let refusals = 0;
    await page.route(EVENTS, (route) =>
      refusals++ === 0 ? route.fulfill({ status: 503, body: '{}' }) : route.continue(),
    );
    await page.goto(`${gatehouse.origin}/s/${pump}/now`);
    await page.getByRole('contentinfo').getByText('up to date').waitFor();
    expect(refusals).toBeGreaterThan(1);
    await context.close();
  });

  it('a frame opens in a console whose scripts are gone: they were fetched before', {
    timeout: PATIENCE_MS,
  }, async () => {
    const { page, context } = await enter(`/s/${pump}/commands`);
    await page.waitForFunction(() =>
      performance.getEntriesByType('resource').some(({ name }) => name.includes('/assets/evidence-')),
    );
    await page.route('**/assets/**', (route) => route.fulfill({ status: 404, body: '' }));
    await page.locator('.evidence a').first().click();
    await page
      .getByRole('dialog')
      .getByText(/^Frame /)
      .waitFor();
    await context.close();
  });

  it('a Gatehouse that was updated offers its new console, and the same one offers nothing', {
    timeout: 2 * PATIENCE_MS,
  }, async () => {
    for (const updated of [false, true]) {
      const { page, context } = await visit(browser, gatehouse.origin, { state });
      let times = 0;
      await page.route(EVENTS, (route) => (times++ === 0 ? route.abort() : route.continue()));
      if (updated)
        await page.route(`${gatehouse.origin}/`, (route) =>
          route.fulfill({ contentType: 'text/html', body: '<script src="/assets/index-other.js"></script>' }),
        );
      const asked = page.waitForResponse(`${gatehouse.origin}/`);
      await page.goto(`${gatehouse.origin}/s/${pump}/assets`);
      await asked;
      await page.getByRole('contentinfo').getByText('up to date').waitFor();
      const offer = page.getByRole('button', { name: 'Load the page anew' });
      if (updated) {
        await offer.click();
        await page.getByRole('grid', { name: 'assets' }).waitFor();
      } else expect(await offer.count()).toBe(0);
      await context.close();
    }
  });

  it('reviews several alerts in one act by keys, but for what a colleague has taken meanwhile', {
    timeout: 2 * PATIENCE_MS,
  }, async () => {
    const { page, context, errors } = await enter(`/s/${pump}/alerts?q=state:new`);
    await page.getByRole('row').nth(2).waitFor();
    const titles = await page.getByRole('row').evaluateAll((rows) => rows.map((r) => r.textContent ?? ''));
    expect(titles.length).toBeGreaterThan(2);
    for (const key of ['j', 'x', 'j', 'x']) await page.keyboard.press(key);
    await page.getByRole('button', { name: 'Review 2 …' }).waitFor();
    const taken = await page.evaluate(async (path) => {
      const list = (await (await fetch(`${path}/alerts?q=state:new&sort=rank`)).json()) as {
        items: { id: string }[];
      };
      const id = list.items[0]?.id ?? '';
      const { csrf } = (await (await fetch('/api/v1/me')).json()) as { csrf: string };
      const answer = await fetch(`${path}/alerts/${id}`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json', 'x-csrf-token': csrf },
        body: JSON.stringify({ state: 'acknowledged' }),
      });
      return answer.status;
    }, `/api/v1/sites/${pump}`);
    expect(taken).toBe(200);
    await page.keyboard.press('v');
    await page.getByRole('dialog', { name: 'Review 2 alerts' }).waitFor();
    await page.getByRole('radio', { name: 'true' }).focus();
    await page.keyboard.press('2');
    await page.keyboard.press('Control+Enter');
    await page.getByText('1 alert changed since you looked, and left alone.').waitFor();
    await page.getByText('1 alert closed').waitFor();
    expect(errors).toEqual([]);
    await context.close();
  });
});
