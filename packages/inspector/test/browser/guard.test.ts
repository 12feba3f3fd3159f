import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { reactor as processReactor } from 'couplet';
import { serveInspector } from 'couplet-inspector';
import type { Browser } from 'playwright-core';
import { launch, visit } from './chrome.ts';
import { FakeFrames, fakeFrame } from './fake-frames.ts';
import { Scene } from './scene.ts';

const HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(1)>';

describe('I-3: other pages read nothing', () => {
  let browser: Browser;
  before(async () => {
    browser = await launch('--host-resolver-rules=MAP rebound.test 127.0.0.1, MAP foreign.test 127.0.0.1');
  });
  after(() => browser.close());

  test('a fetch, an EventSource and an iframe of a foreign page', async () => {
    await using scene = await Scene.begin();
    await scene.listen('shout');
    await using foreign = createServer((_, response) =>
      response.setHeader('Content-Type', 'text/html').end('<p>foreign</p>'),
    );
    await once(foreign.listen(0, '127.0.0.1'), 'listening');
    const address = foreign.address();
    assert.ok(typeof address === 'object' && address !== null);
    const { page, context } = await visit(browser, `http://foreign.test:${address.port}/`);
    const { origin, hash } = new URL(scene.url);
    const read = await page.evaluate(
      async ([target, token]) => {
        const headers = { Authorization: `Bearer ${token}` };
        const plain = await fetch(`${target}/frame`).then(
          (response) => response.text(),
          () => 'failed',
        );
        const withToken = await fetch(`${target}/frame`, { headers }).then(
          (response) => response.text(),
          () => 'failed',
        );
        const opaque = await fetch(`${target}/frame`, { mode: 'no-cors' }).then(
          (response) => response.text(),
          () => 'failed',
        );
        const source = new EventSource(`${target}/stream`);
        const events = await new Promise((resolve) => {
          source.onmessage = () => resolve('read');
          source.onerror = () => resolve('failed');
        });
        source.close();
        const frame = document.createElement('iframe');
        frame.src = `${target}/`;
        const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
        document.body.append(frame);
        await loaded;
        return { plain, withToken, opaque, events, document: frame.contentDocument === null ? 'closed' : 'open' };
      },
      [origin, hash.slice('#token='.length)],
    );
    assert.deepEqual(read, {
      plain: 'failed',
      withToken: 'failed',
      opaque: 'failed',
      events: 'failed',
      document: 'closed',
    });
    const inner = page.frames()[1];
    assert.equal(await inner?.locator('.tabs').count(), 0, 'the frame shows an error instead of the page');
    await context.close();
  });

  test('a name that was bound anew to this machine', async () => {
    await using scene = await Scene.begin();
    const { port } = new URL(scene.url);
    const { page, context } = await visit(browser, 'about:blank');
    const answer = await page.goto(`http://rebound.test:${port}/`);
    assert.equal(answer?.status(), 421);
    assert.match((await answer?.text()) ?? '', /allowedHosts/);
    const data = await page.goto(`http://rebound.test:${port}/frame`);
    assert.equal(data?.status(), 421);
    await context.close();
  });

  test('the token is in no request line, leaves the address, and a reload still has it', async () => {
    await using scene = await Scene.begin();
    await scene.listen('shout');
    const token = new URL(scene.url).hash.slice('#token='.length);
    const { page, context, requests } = await visit(browser, scene.url);
    await page.locator('.port').waitFor();
    assert.equal(page.url().includes(token), false);
    await page.reload();
    await page.locator('.port').waitFor();
    assert.ok(requests.length >= 4);
    assert.deepEqual(
      requests.filter((url) => url.replace(/#.*/, '').includes(token)),
      [],
    );
    await context.close();
  });
});

describe('the page says how it stands with its server', () => {
  let browser: Browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());

  test('without a token, with a wrong one, and when the server is gone', async () => {
    const scene = await Scene.begin();
    const bare = scene.url.replace(/#.*/, '');
    const none = await visit(browser, bare);
    await none.page.getByText('This page needs its token').waitFor();
    await none.context.close();
    const wrong = await visit(browser, `${bare}#token=0123456789abcdef0123456789abcdef`);
    await wrong.page.locator('.wall blockquote', { hasText: 'token' }).waitFor();
    await wrong.context.close();
    await scene.listen('shout');
    const { page, context } = await visit(browser, scene.url);
    await page.locator('.port').waitFor();
    await scene[Symbol.asyncDispose]();
    await page.locator('.notice.bad', { hasText: 'Trying again in' }).waitFor();
    await context.close();
  });

  test('I-8: a fifth viewer is told why it is refused, and sees more when another leaves', async () => {
    await using scene = await Scene.begin();
    await scene.listen('shout');
    const visits = [];
    for (let viewer = 0; viewer < 4; viewer += 1) {
      visits.push(await visit(browser, scene.url));
      await visits.at(-1)?.page.locator('.port').waitFor();
    }
    const fifth = await visit(browser, scene.url);
    await fifth.page.locator('.wall blockquote', { hasText: '4 viewers' }).waitFor();
    await visits[0]?.context.close();
    await fifth.page.locator('.port').waitFor();
    await fifth.context.close();
  });

  test('I-12: names, reasons and facts with markup in them are text', async () => {
    const source = new FakeFrames((number, view) => fakeFrame(number, view, 4, HOSTILE));
    await using inspector = await serveInspector(processReactor.sibling(), { source });
    const { page, context, complaints } = await visit(browser, inspector.url);
    const dialogs: string[] = [];
    page.on('dialog', (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    for (const [key, place] of Object.entries({ 1: '.pair', 2: 'tbody tr', 3: '.lane', 4: '.event' })) {
      await page.keyboard.press(key);
      await page.locator(place).first().waitFor();
      if (key === '2') await page.locator(place).first().click();
      if (key === '2') await page.locator('.payload').waitFor();
      assert.ok((await page.locator('main').textContent())?.includes(HOSTILE), `view ${key}`);
      assert.equal(await page.locator('img, body script').count(), 0, `view ${key}`);
    }
    assert.deepEqual(dialogs, []);
    assert.deepEqual(complaints, []);
    await context.close();
  });
});
