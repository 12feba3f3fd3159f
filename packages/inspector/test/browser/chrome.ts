import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** Debian's. */
const EXECUTABLE = '/usr/bin/chromium';

/** Starts a browser. As root its sandbox does not work. */
export function launch(...flags: string[]): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE, args: ['--no-sandbox', ...flags] });
}

/** A page with what it asked for, and what it complained about. */
export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** The URLs of all requests. */
  readonly requests: readonly string[];
  readonly complaints: readonly string[];
}

/** Opens a page in a profile of its own. */
export async function visit(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(url);
  return { page, context, requests, complaints };
}
