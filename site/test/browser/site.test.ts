import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launch, type Visit, visit } from '../../../packages/inspector/test/browser/chrome.ts';
import { contrasts } from '../../../packages/inspector/test/browser/contrast.ts';
import { pagesOf, placeOf } from '../../pages.ts';
import { LANGUAGES, type Language, SECTIONS } from '../../tree.ts';
import { QUERIES } from './queries.ts';
import { Static } from './static.ts';

const { npm_node_execpath = process.execPath } = process.env;

const ROOT = join(import.meta.dirname, '../../..');
const PAGES = pagesOf(ROOT);
const LANGUAGE_NAMES = Object.keys(LANGUAGES) as Language[];
/** The first page, and the first that is written of each part. */
const SAMPLES = ['index', ...SECTIONS.map(({ folder }) => `${folder}/`)].flatMap(
  (start) => PAGES.find(({ name, language }) => language === 'en' && name.startsWith(start))?.name ?? [],
);
/** How long a build takes at most, in seconds of the processor: with nothing else to do, a machine needs no longer by the clock. */
const MOST_SECONDS = 120;
/** Runs what follows without a network, and says in the end what it took. */
const WITHOUT_NETWORK = 'unshare --net "$@"; status=$?; times; exit $status';

const pathOf = (name: string, language: Language): string => placeOf(name, language).replace(/\.md$/, '.html');

/** What the processes took that a shell has run: the last line of `times`, user and system. */
function secondsOf(output: string): number {
  const last = output.trimEnd().split('\n').at(-1) ?? '';
  return Array.from(last.matchAll(/(\d+)m([\d.]+)s/g)).reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
}

// The first of all: the others look at what it has built.
describe('S-1: the site is built from what is installed, with the network cut', () => {
  const nodes = new Map([
    ['this workspace', process.execPath],
    ['this machine', npm_node_execpath],
  ]);
  for (const [name, node] of nodes)
    test(`on the Node of ${name}, without a warning, within ${MOST_SECONDS} s`, { timeout: 600_000 }, (t) => {
      const words = ['-c', WITHOUT_NETWORK, 'bash', node, 'scripts/site.mjs'];
      const { status, stdout, stderr } = spawnSync('bash', words, { cwd: ROOT, encoding: 'utf8' });
      const seconds = secondsOf(stdout);
      t.diagnostic(`${seconds.toFixed(1)} s`);
      assert.equal(status, 0, stdout + stderr);
      assert.doesNotMatch(stdout + stderr, /warn|\(!\)|deprecat/i);
      assert.ok(seconds > 1 && seconds <= MOST_SECONDS, `${seconds} s`);
    });
});

describe('the site in a browser', () => {
  let browser: Browser;
  let server: Static;
  const requests: string[] = [];

  before(async () => {
    server = await Static.begin(join(ROOT, 'site/dist'));
    browser = await launch();
  });
  after(() => Promise.all([browser.close(), server[Symbol.asyncDispose]()]));

  async function open(path: string, options: BrowserContextOptions = {}): Promise<Visit> {
    const opened = await visit(browser, `${server.url}${path}`, { reducedMotion: 'reduce', ...options });
    opened.page.on('close', () => requests.push(...opened.requests));
    return opened;
  }

  /** The pages that the search finds first, three at most. */
  async function find(page: Page, query: string): Promise<string[]> {
    const input = page.locator('#localsearch-input');
    const results = page.locator('#localsearch-list a.result');
    await input.fill('');
    await results.first().waitFor({ state: 'detached' });
    await input.fill(query);
    await page.locator('#localsearch-list a.result, .no-results').first().waitFor();
    const links = await results.evaluateAll((found) => found.slice(0, 3).map((one) => one.getAttribute('href') ?? ''));
    return links.map((link) => link.replace(/^\/(?:zh\/)?|\.html(?:#.*)?$|#.*$/g, ''));
  }

  for (const language of LANGUAGE_NAMES)
    test(`S-2: each query (${language}) finds its page among the first three`, async () => {
      const { page, context } = await open(pathOf('index', language));
      await page.locator('.DocSearch-Button').first().click();
      const missed: string[] = [];
      for (const [query, ...pages] of QUERIES[language]) {
        const found = await find(page, query);
        if (!found.some((name) => pages.includes(name))) missed.push(`${query}: ${found.join(', ')}`);
      }
      assert.deepEqual(missed, []);
      await context.close();
    });

  for (const colorScheme of ['light', 'dark'] as const)
    test(`S-8: each text has a contrast of at least 4.5 (${colorScheme})`, async () => {
      const faint = new Set<string>();
      for (const language of LANGUAGE_NAMES)
        for (const name of SAMPLES) {
          const { page, context, complaints } = await open(pathOf(name, language), { colorScheme });
          await page.locator('.VPDoc, .VPHome').first().waitFor();
          assert.equal(await page.locator('html.dark').count(), colorScheme === 'dark' ? 1 : 0);
          for (const { text, ratio } of await page.evaluate(contrasts))
            if (ratio < 4.5) faint.add(`${name}: '${text.slice(0, 40)}' ${ratio.toFixed(2)}`);
          assert.deepEqual(complaints, []);
          await context.close();
        }
      assert.deepEqual([...faint], []);
    });

  test('S-8: it works by keyboard', async () => {
    const { page, context } = await open(pathOf('explain/architecture', 'en'));
    await page.keyboard.press('Tab');
    assert.equal(await page.locator(':focus').textContent(), 'Skip to content');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'VPContent');
    const unseen: string[] = [];
    for (let at = 0; at < 40; at += 1) {
      await page.keyboard.press('Tab');
      const [text, seen] = await page.evaluate(() => {
        const element = document.activeElement;
        if (element === null || element === document.body) return ['', true] as const;
        const { outlineStyle, outlineWidth } = getComputedStyle(element);
        return [element.outerHTML.slice(0, 100), outlineStyle !== 'none' && outlineWidth !== '0px'] as const;
      });
      if (!seen) unseen.push(text);
    }
    assert.deepEqual(unseen, [], 'the focus is not seen');
    await page.keyboard.press('Control+k');
    await page.locator('#localsearch-input:focus').waitFor();
    await page.keyboard.type('ECONNREFUSED');
    await page.locator('#localsearch-list a.result').first().waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/reference\/errors/);
    await context.close();
  });

  test('S-8: each page is read without JavaScript', async () => {
    const { page, context } = await open('index.html', { javaScriptEnabled: false });
    for (const { name, language } of PAGES) {
      await page.goto(`${server.url}${pathOf(name, language)}`);
      for (const what of ['main h1', ':is(.vp-doc, .VPHome) :is(p, li)'])
        assert.ok(await page.locator(what).first().isVisible(), `${pathOf(name, language)}: ${what}`);
    }
    await context.close();
  });

  test('S-2: no request has left the site', () => {
    assert.ok(requests.length > 10, `${requests.length} requests`);
    assert.deepEqual(
      requests.filter((url) => !url.startsWith(server.url) && !url.startsWith('data:')),
      [],
    );
  });
});
