import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { LANGUAGES, WORDS } from '../../page/words.ts';
import { PAGE, PAGE_POLICY } from '../../src/web/page.ts';
import { launch, visit } from './chrome.ts';
import { contrasts } from './contrast.ts';
import { Scene } from './scene.ts';

const VIEWS = ['1', '2', '3', '4'] as const;

describe('I-10: the page', () => {
  let browser: Browser;
  let scene: Scene;
  before(async () => {
    browser = await launch();
    scene = await Scene.begin();
    const [poetry, shout, ballads] = [
      await scene.listen('poetry'),
      await scene.listen('shout', 1),
      await scene.listen('ballad'),
    ];
    await scene.client(poetry);
    await scene.client(poetry);
    await scene.client(ballads, true);
    const loud = await scene.client(shout);
    await scene.client(shout);
    loud.write('block\r\n');
  });
  after(async () => {
    await browser.close();
    await scene[Symbol.asyncDispose]();
  });

  /** Resolves when the view has something to show. */
  const shown = (page: Page, key: string): Promise<void> =>
    page
      .locator({ 1: '.pair', 2: 'tbody tr', 3: '.lane', 4: '.event' }[key] ?? 'main')
      .first()
      .waitFor();

  test('is one file of at most 30,000 bytes with gzip, whose policy lets its own script and style run alone', () => {
    const packed = gzipSync(PAGE, { level: 9 }).length;
    assert.ok(packed <= 30_000, `${packed} bytes`);
    assert.deepEqual(PAGE.match(/<(?:script|link|img|iframe|style)\b[^>]*?(?:src|href)="(?!data:)[^"]*"/g), null);
    assert.match(
      PAGE_POLICY,
      /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; connect-src 'self'/,
    );
    assert.doesNotMatch(PAGE_POLICY, /unsafe|\*|https?:/);
  });

  test('asks no other host, and has nothing to complain about', async () => {
    const { page, context, requests, complaints } = await visit(browser, scene.url);
    for (const key of VIEWS) {
      await page.keyboard.press(key);
      await shown(page, key);
    }
    const { origin } = new URL(scene.url);
    assert.deepEqual(
      requests.filter((url) => new URL(url).origin !== origin && !url.startsWith('data:')),
      [],
    );
    assert.deepEqual(complaints, []);
    await context.close();
  });

  test('works by keyboard alone', async () => {
    const { page, context } = await visit(browser, scene.url);
    const focused = page.locator(':focus');
    await shown(page, '1');
    for (const key of VIEWS) {
      await page.keyboard.press(key);
      await page.locator(`[role=tab][aria-selected=true][aria-keyshortcuts="${key}"]`).waitFor();
      await shown(page, key);
    }
    await page.keyboard.press('/');
    await page.keyboard.type('blo');
    assert.equal(await focused.inputValue(), 'blo');
    await page.keyboard.press('Escape');

    await page.keyboard.press('2');
    await shown(page, '2');
    await page.keyboard.press('/');
    await page.keyboard.type('Shout');
    await page.locator('tbody tr').nth(1).waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('input:focus').count(), 0);
    await page.keyboard.press('ArrowDown');
    await page.locator('tr:focus', { hasText: 'Shout' }).waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.panel .life .here').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.panel').waitFor({ state: 'detached' });
    await page.keyboard.press('s');
    await page.locator('th.c-peer[aria-sort=ascending]').waitFor();

    await page.keyboard.press('Space');
    await page.getByText('Paused:').waitFor();
    await page.keyboard.press('Space');
    await page.getByText('Paused:').waitFor({ state: 'detached' });
    await page.keyboard.press('?');
    await page.locator('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });

    await page.keyboard.press('1');
    await shown(page, '1');
    await page.keyboard.press('ArrowDown');
    await page.locator('.pair:focus').waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.panel').waitFor();
    await context.close();
  });

  test('shows where the focus is, on everything that Tab reaches', async () => {
    const { page, context } = await visit(browser, scene.url);
    await shown(page, '1');
    await page.keyboard.press('Space');
    const reached = new Set<string>();
    for (let times = 0; times < 30; times += 1) {
      await page.keyboard.press('Tab');
      // After the last one the browser has the focus.
      if ((await page.locator('body :focus').count()) === 0) break;
      const { name, outline } = await page.evaluate(() => {
        const element = document.activeElement ?? document.body;
        return {
          name: element.getAttribute('aria-label') ?? element.textContent ?? '',
          outline: getComputedStyle(element).outlineStyle,
        };
      });
      assert.equal(outline, 'solid', `'${name}' does not show that it has the focus`);
      reached.add(name.trim());
    }
    for (const name of ['Reactor', 'Frames', 'Colours', '中文', 'en', 'Resume', 'Keys'])
      assert.ok(reached.has(name), name);
    await context.close();
  });

  for (const colorScheme of ['light', 'dark'] as const)
    test(`has a contrast of at least 4.5 in every text, ${colorScheme}`, async () => {
      const { page, context } = await visit(browser, scene.url, { colorScheme, reducedMotion: 'reduce' });
      for (const key of VIEWS) {
        await page.keyboard.press(key);
        await shown(page, key);
        if (key === '2') {
          await page.locator('tbody tr').first().click();
          await page.locator('.life').waitFor();
        }
        const found = await page.evaluate(contrasts);
        assert.ok(found.length > 20, `${found.length} texts`);
        assert.deepEqual(
          found.filter(({ ratio }) => ratio < 4.5),
          [],
        );
      }
      await context.close();
    });

  test('misses no text in either language', async () => {
    for (const [key, texts] of Object.entries(WORDS)) {
      assert.equal(texts.length, LANGUAGES.length, key);
      for (const text of texts) assert.ok(text.length > 0, key);
    }
    for (const [at, locale] of ['en-GB', 'zh-CN'].entries()) {
      const { page, context } = await visit(browser, scene.url, { locale });
      assert.deepEqual(await page.getByRole('tab').allTextContents(), [
        WORDS['view.reactor'][at],
        WORDS['view.connections'][at],
        WORDS['view.timeline'][at],
        WORDS['view.events'][at],
      ]);
      await context.close();
    }
    const { page, context } = await visit(browser, scene.url.replace('#', '?lang=zh#'));
    await page.locator('html[lang=zh-CN]').waitFor();
    await page.getByRole('button', { name: 'en', exact: true }).click();
    await page.locator('html[lang=en]').waitFor();
    await context.close();
  });

  for (const width of [1280, 900, 390])
    test(`does not overflow ${width} pixels`, async () => {
      const { page, context } = await visit(browser, scene.url, { viewport: { width, height: 800 } });
      for (const key of VIEWS) {
        await page.keyboard.press(key);
        await shown(page, key);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width, `view ${key}`);
        const cut = await page.evaluate(() => {
          const tools = document.querySelector('.tools');
          return tools === null || tools.getBoundingClientRect().right > innerWidth;
        });
        assert.equal(cut, false, `view ${key}`);
      }
      await context.close();
    });

  test('stands still where less motion is wanted', async () => {
    const { page, context } = await visit(browser, scene.url, { reducedMotion: 'reduce' });
    await page.locator('.pulse').first().waitFor();
    assert.equal(
      await page
        .locator('.pulse')
        .first()
        .evaluate((pulse) => getComputedStyle(pulse).animationName),
      'none',
    );
    await context.close();
  });
});
