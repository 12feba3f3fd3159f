import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { timelineHTML, timelineSVG } from '../../src/entry/timeline.ts';
import { compared, troubled } from '../timeline/recordings.ts';
import { launch, type Visit, visit } from './chrome.ts';

describe('T-5 a timeline opens from a disk with the network cut', () => {
  let browser: Browser;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'timeline-'));
    browser = await launch();
  });
  after(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  async function openFile(name: string, text: string): Promise<Visit> {
    const file = join(folder, name);
    await writeFile(file, text);
    return visit(browser, pathToFileURL(file).href, { offline: true });
  }

  test('the SVG shows its texts in the colours of the system, and asks for nothing', async () => {
    const { page, requests, complaints } = await openFile('poems.svg', timelineSVG(compared()));
    assert.equal(await page.locator('text', { hasText: 'waits for any of 3' }).count(), 1);
    const ground = (): Promise<string> => page.locator('rect.ground').evaluate((one) => getComputedStyle(one).fill);
    assert.equal(await ground(), 'rgb(255, 255, 255)');
    await page.emulateMedia({ colorScheme: 'dark' });
    assert.equal(await ground(), 'rgb(13, 17, 23)');
    assert.deepEqual([requests.length, complaints], [1, []]);
  });

  test('the SVG that moves hides what has not happened, and nothing where the system asks for less motion', async () => {
    const { page, requests, complaints } = await openFile('moving.svg', timelineSVG(compared(), { moving: true }));
    const motion = page.locator('.motion');
    /** Where the curtain of the first run begins, and how many covers hide something, that many milliseconds after the start. */
    const at = (ms: number): Promise<readonly [left: number, covers: number]> =>
      motion.evaluate((group, time) => {
        for (const animation of document.getAnimations()) {
          animation.pause();
          animation.currentTime = time;
        }
        const rects = [...group.querySelectorAll('rect')];
        const isCurtain = (rect: Element): boolean => rect.closest('[clip-path]') !== null;
        const hides = (rect: Element): boolean => getComputedStyle(rect.parentElement ?? rect).opacity !== '0';
        const left = rects.find(isCurtain)?.getBoundingClientRect().left ?? Number.NaN;
        return [Math.round(left), rects.filter((rect) => !isCurtain(rect) && hides(rect)).length];
      }, ms);
    const [first, all] = await at(0);
    const [middle, some] = await at(5000);
    const [last, none] = await at(10_001);
    assert.ok(first < middle && middle < last, `${first}, ${middle}, ${last}`);
    assert.equal(middle - first, last - middle);
    assert.ok(all > some && some > 0 && none === 0, `${all}, ${some}, ${none}`);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    assert.equal(await motion.isVisible(), false);
    assert.deepEqual([requests.length, complaints], [1, []]);
  });

  test('the texts of the SVG are where there is room for them, in both languages', async () => {
    for (const recording of [compared(), troubled()]) {
      for (const language of ['en', 'zh'] as const) {
        const { page } = await openFile('poems.svg', timelineSVG(recording, { language }));
        assert.deepEqual(await overlaps(page), []);
      }
    }
  });

  test('the page shows what is under the pointer, zooms, moves and comes back', async () => {
    const { page, requests, complaints } = await openFile('poems.html', timelineHTML(compared()));
    const axis = async (): Promise<(string | null)[]> =>
      page.locator('.axis').first().locator('text').allTextContents();
    const whole = await axis();
    assert.deepEqual(whole, ['0 s', '5 s', '10 s', '15 s', '20 s']);

    await page.getByText('✓ 2957 bytes, 9.83 s').first().hover();
    await page.locator('#tip', { hasText: 'Task 1: ✓ 2957 bytes, 9.83 s' }).waitFor();

    await page.keyboard.press('+');
    await page.keyboard.press('+');
    const closer = await axis();
    assert.notDeepEqual(closer, whole);
    const first = page.locator('.axis text').first();
    const before = await first.getAttribute('x');
    await page.keyboard.press('ArrowRight');
    assert.notEqual(await first.getAttribute('x'), before);
    assert.deepEqual(await overlaps(page), []);
    await page.keyboard.press('0');
    assert.deepEqual(await axis(), whole);

    // Each chunk of the first 100 ms can be told from its neighbours.
    const box = await page.locator('.row').first().locator('.track').first().boundingBox();
    assert.ok(box !== null);
    await page.mouse.move(box.x + 1, box.y + box.height / 2);
    for (let turn = 0; turn < 12; turn += 1) await page.mouse.wheel(0, -100);
    assert.match((await axis()).join(), /0.10 s,0.15 s/);
    const second = page.locator('.timed path[data-tip*="Task 1: 30 bytes received, 102 ms"]').first();
    const place = await second.boundingBox();
    assert.ok(place !== null && place.x > box.x + 20, `at ${place?.x}`);
    await page.mouse.move(place.x + 2, place.y + 2);
    await page.locator('#tip', { hasText: 'Task 1: 30 bytes received, 102 ms' }).waitFor();

    // Dragged to the right nothing comes before the begin.
    await page.mouse.down();
    await page.mouse.move(place.x + 300, place.y);
    await page.mouse.up();
    assert.equal((await axis())[0], '0.00 s');
    assert.deepEqual([requests.length, complaints], [1, []]);
  });

  test('words find the room that they have', async () => {
    const { page } = await openFile('poems.html', timelineHTML(compared(), { width: 640 }));
    assert.equal(await page.getByText('waits for 127.0.0.1:10001').count(), 0);
    for (let turn = 0; turn < 3; turn += 1) await page.keyboard.press('+');
    await page.locator('text', { hasText: 'waits for 127.0.0.1:10001' }).first().waitFor();
  });
});

/** The texts that lie over each other, or that the picture cuts. */
function overlaps(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const svg = document.querySelector('svg');
    const edge = svg?.getBoundingClientRect();
    const boxes = [...document.querySelectorAll('svg text')]
      .map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0);
    const found: string[] = [];
    for (const [at, one] of boxes.entries()) {
      if (edge !== undefined && (one.box.left < edge.left || one.box.right > edge.right))
        found.push(`${one.text} is cut`);
      for (const two of boxes.slice(at + 1)) {
        const apart =
          one.box.right <= two.box.left ||
          two.box.right <= one.box.left ||
          one.box.bottom <= two.box.top + 2 ||
          two.box.bottom <= one.box.top + 2;
        if (!apart) found.push(`${one.text} over ${two.text}`);
      }
    }
    return found;
  });
}
