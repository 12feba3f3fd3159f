import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { reactor as processReactor } from 'couplet';
import { serveInspector } from 'couplet-inspector';
import type { Browser, CDPSession } from 'playwright-core';
import { launch, visit } from './chrome.ts';
import { FakeFrames, fakeFrame } from './fake-frames.ts';

const CONNECTIONS = 10_000;
/** The work of a frame, in milliseconds. */
const MOST_MS = 16;

describe('I-7: the page bears 10,000 connections', () => {
  let browser: Browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());

  for (const view of ['reactor', 'connections'])
    test(`${view}: at most 16 ms of script and layout a frame, the heap after 300 within 10 % of that after 30`, async () => {
      const source = new FakeFrames((number, view) => fakeFrame(number, view, CONNECTIONS));
      const begun = source.reach(30);
      await using inspector = await serveInspector(processReactor.sibling(), { source });
      const { page, context, complaints } = await visit(
        browser,
        inspector.url.replace('#', `?view=${view}&every=0.2#`),
      );
      const session = await context.newCDPSession(page);
      // The time that the thread has worked: a busy machine makes it wait besides.
      await session.send('Performance.enable', { timeDomain: 'threadTicks' });
      await begun;
      await drawn(session, '00:00:30');
      const [heap, work] = [await heapOf(session), await workOf(session)];
      await source.reach(300);
      await drawn(session, '00:05:00');
      const each = ((await workOf(session)) - work) / 270;
      const grown = (await heapOf(session)) / heap;
      assert.ok(each <= MOST_MS, `${each.toFixed(1)} ms a frame`);
      assert.ok(grown <= 1.1, `the heap has grown by ${((grown - 1) * 100).toFixed(1)} %`);
      assert.deepEqual(complaints, []);
      if (view === 'reactor') await page.locator('canvas').first().waitFor();
      else {
        await page.locator('.scroll').evaluate((scroll) => scroll.scrollTo(0, scroll.scrollHeight));
        await page.locator('tbody tr', { hasText: '#202' }).waitFor();
      }
      await context.close();
    });
});

/**
 * Waits until the page has drawn the frame of that time, the last one before its source rests: a frame that came between the collection of
 * garbage and the look at the heap would leave its own there.
 */
async function drawn(session: CDPSession, time: string): Promise<void> {
  // A locator of Playwright would bring a script of its own into the heap.
  const expression = `new Promise((resolve) => {
    const look = () => {
      const text = document.querySelector('.what .number')?.textContent ?? '';
      if (text.endsWith('${time}')) requestAnimationFrame(() => setTimeout(resolve));
      else requestAnimationFrame(look);
    };
    look();
  })`;
  await session.send('Runtime.evaluate', { expression, awaitPromise: true });
}

/** The milliseconds of script, style and layout so far. */
async function workOf(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  const names = ['ScriptDuration', 'LayoutDuration', 'RecalcStyleDuration'];
  return metrics.reduce((sum, { name, value }) => (names.includes(name) ? sum + value * 1000 : sum), 0);
}

/** The bytes that are in use. */
async function heapOf(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize;
}
