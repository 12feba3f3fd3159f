import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { reactor as processReactor, type Reactor } from 'couplet';
import { type Frame, serveInspector, type ViewName } from 'couplet-inspector';
import type { Browser, Page } from 'playwright-core';
import { launch, visit } from './chrome.ts';
import { FakeFrames, fakeFrame } from './fake-frames.ts';

const LONG = 'ALongNameThatSomebodyHasChosenForReasonsOfTheirOwn.asTheyMay';

/** Runs in the page: what is wider than its box, and what stands on or beyond something else in a picture. */
function crowded(): string[] {
  const boxes = [...document.querySelectorAll('#view *, .head, .foot, .foot *')].filter((element) => {
    const { display, overflowX, textOverflow } = getComputedStyle(element);
    return (
      element instanceof HTMLElement && display !== 'inline' && overflowX === 'visible' && textOverflow !== 'ellipsis'
    );
  });
  const wide = boxes.filter(({ scrollWidth, clientWidth }) => clientWidth > 0 && scrollWidth > clientWidth + 1);
  const texts = [...document.querySelectorAll('.picture text')].map((text) => ({
    text: text.textContent,
    place: text.getBoundingClientRect(),
  }));
  const beyond = texts.filter(({ place }) => place.left < 0 || place.right > innerWidth);
  const onOthers = texts.filter(({ place: one }, at) =>
    texts.some(
      ({ place: two }, other) =>
        other > at &&
        one.left < two.right &&
        two.left < one.right &&
        one.top + 5 < two.bottom &&
        two.top + 5 < one.bottom,
    ),
  );
  return [...wide.map(({ className }) => className), ...[...beyond, ...onOthers].map(({ text }) => text ?? '')];
}

describe('the page has room for what it shows', () => {
  let browser: Browser;
  let reactor: Reactor;
  let ended: Promise<void>;
  before(async () => {
    browser = await launch();
    reactor = processReactor.sibling();
    ended = reactor.run({ signals: false, stopLingerMs: 0 });
  });
  after(async () => {
    reactor.stop();
    await Promise.all([browser.close(), ended]);
  });

  async function show(frame: (number: number, view: ViewName) => Frame, width: number): Promise<Page> {
    const { url } = await serveInspector(reactor, { source: new FakeFrames(frame) });
    const { page } = await visit(browser, url, { viewport: { width, height: 800 } });
    await page.locator('.loop').waitFor();
    return page;
  }

  for (const width of [1280, 900, 390])
    test(`long names stay in their boxes, ${width} pixels wide`, async () => {
      const page = await show((number, view) => ({ ...fakeFrame(number, view, 6, LONG), runtime: 'node' }), width);
      for (const [key, content] of [
        ['1', '.pair'],
        ['2', 'tbody tr'],
        ['3', '.lane'],
        ['4', '.event'],
      ] as const) {
        await page.keyboard.press(key);
        await page.locator(content).first().waitFor();
        assert.deepEqual(await page.evaluate(crowded), [], content);
      }
      await page.context().close();
    });

  test('the longest words of a table stand in it whole', async () => {
    const page = await show((number, view) => {
      const frame = fakeFrame(number, view, 4);
      return { ...frame, rows: frame.rows.map((row) => ({ ...row, state: 'concluding', waiting: 'handshake' })) };
    }, 1280);
    await page.keyboard.press('2');
    await page.locator('tbody tr').first().waitFor();
    const cut = await page
      .locator('th, .c-state, .c-waiting')
      .evaluateAll((cells) =>
        cells.filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent),
      );
    assert.deepEqual(cut, []);
    await page.context().close();
  });

  test('a port without connections says how nc reaches it', async () => {
    const page = await show((number, view) => {
      const frame = fakeFrame(number, view, 0);
      const hosts = ['/run/app.sock', '[::1]:8007', '127.0.0.1:8007'];
      return {
        ...frame,
        ports: frame.ports.slice(0, 1).flatMap((port) => hosts.map((host, id) => ({ ...port, host, id }))),
      };
    }, 1280);
    for (const command of ['nc -U /run/app.sock', 'nc ::1 8007', 'nc 127.0.0.1 8007'])
      await page.getByText(`No connection. Try: ${command}`, { exact: true }).waitFor();
    await page.context().close();
  });
});
