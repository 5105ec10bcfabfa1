/**
 * For tests in a browser: the built server as a child process on a free port with a data folder of its own, and the
 * system's Chromium. Skipped with a line that says why where the browser or the build is missing; in CI that is a failure.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { describe, it } from 'vitest';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
const CHROMIUM = [
  process.env.GATEHOUSE_CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const executablePath = CHROMIUM.find((path) => path !== '' && existsSync(path));
const built = existsSync(join(root, 'dist', 'ui', 'index.html')) && existsSync(join(root, 'dist', 'src'));

const missing =
  executablePath === undefined
    ? 'no Chromium: install it or set GATEHOUSE_CHROMIUM'
    : built
      ? undefined
      : 'the console is not built: npm run build';

export const describeBrowser = (name: string, body: () => void): void => {
  if (missing === undefined) describe(name, body);
  else if (process.env.CI === 'true') {
    it(`${name}: must run in CI`, () => {
      throw new Error(missing);
    });
  } else describe.skip(`${name} (${missing})`, body);
};

/** Longest wait for anything on a machine that is busy. */
export const PATIENCE_MS = 60_000;
const PASSWORD = 'gates are kept by people';

export interface Gatehouse {
  /** `http://127.0.0.1:port`. */
  readonly origin: string;
  /** The one-time set-up link. */
  readonly link: string;
  stop(): Promise<void>;
}

/** Starts the built program with captures or options; resolves with its set-up link as soon as it is ready. */
export const startGatehouse = async (captures: readonly string[]): Promise<Gatehouse> => {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-browser-'));
  const child: ChildProcess = spawn(
    process.execPath,
    [join(root, 'bin', 'gatehouse.mjs'), 'start', '--data', folder, '--port', '0', '--no-open', ...captures],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const gone = new Promise<void>((done) => child.once('close', () => done()));
  const stop = async () => {
    child.kill('SIGTERM');
    await gone;
    await rm(folder, { recursive: true, force: true });
  };
  let output = '';
  try {
    const link = await new Promise<string>((ready, fail) => {
      const hear = (chunk: Buffer) => {
        output += chunk.toString('utf8');
        const found = /https?:\/\/\S+\/setup#\S+/.exec(output)?.[0];
        if (found !== undefined) ready(found);
      };
      child.stdout?.on('data', hear);
      child.stderr?.on('data', hear);
      child.once('error', fail);
      child.once('exit', (code) => fail(new Error(`Gatehouse ended with ${code} before it was ready:\n${output}`)));
    });
    return { origin: new URL(link).origin, link, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

export const startBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: executablePath ?? '',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors on the browser's console and exceptions of the page. */
  readonly errors: string[];
  /** Requests that left the origin. */
  readonly foreign: string[];
}
export interface VisitOptions {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: 'light' | 'dark';
  /** Cookies of a visit that is logged in: `context.storageState()`. */
  readonly state?: Awaited<ReturnType<BrowserContext['storageState']>>;
}

export const visit = async (browser: Browser, origin: string, options: VisitOptions = {}): Promise<Visit> => {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1440, height: options.height ?? 900 },
    colorScheme: options.scheme ?? 'light',
    ...(options.state === undefined ? {} : { storageState: options.state }),
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const errors: string[] = [];
  const foreign: string[] = [];
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol !== 'data:' && url.protocol !== 'blob:' && url.origin !== origin) foreign.push(request.url());
  });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  return { page, context, errors, foreign };
};

/** Through the set-up link to the first page. */
export const setUp = async (page: Page, link: string): Promise<void> => {
  await page.goto(link);
  await page.getByLabel('Name').fill('keeper');
  await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Create the administrator' }).click();
  await page
    .getByRole('navigation', { name: 'Pages' })
    .or(page.getByRole('heading', { name: 'No plant yet' }))
    .waitFor();
};
export const logIn = async (page: Page, origin: string, path = '/'): Promise<void> => {
  await page.goto(`${origin}/login?q=${encodeURIComponent(path)}`);
  await page.getByLabel('Name').fill('keeper');
  await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
};

/** The site in the address line. */
export const siteOf = (page: Page): string => /\/s\/([^/?#]+)/.exec(page.url())?.[1] ?? '';
/** Pixels of a list that are reached only by scrolling it sideways. */
export const cutOff = (list: Locator): Promise<number> =>
  list.evaluate((element) => {
    const box = [element, element.parentElement!].map((e) => e.scrollWidth - e.clientWidth);
    return Math.max(...box);
  });
/** Pixels by which the page is wider than the window. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
