import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { launch, visit } from './chrome.ts';
import { portOf, Scene } from './scene.ts';

/** How long a page may take to show what has happened: two frames, on a machine that has other work. */
const SOON = { timeout: 10_000 };

describe('the page shows a reactor', () => {
  let browser: Browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());

  test('I-6: three nc on one port are four descriptors, three pairs and one factory; one leaves, the factory stays', async () => {
    await using scene = await Scene.begin();
    const port = await scene.listen('shout');
    const { page, complaints } = await visit(browser, scene.url);
    const card = page.locator('.port');
    await card.getByText(`nc 127.0.0.1 ${portOf(port)}`).waitFor();
    assert.equal(await card.locator('.factory').count(), 1);

    const clients = [scene.netcat(port), scene.netcat(port), scene.netcat(port)];
    await page.getByText('4 descriptors: 1 listening + 3 clients').waitFor(SOON);
    assert.equal(await card.locator('.pair').count(), 3);
    assert.equal(await card.getByText('transport #').count(), 3);
    assert.deepEqual(await card.locator('.protocol b').allTextContents(), ['Shout', 'Shout', 'Shout']);
    assert.equal(await card.locator('.factory').count(), 1);
    await card.getByText('3 of 100').waitFor(SOON);

    clients[1]?.kill();
    await page.getByText('3 descriptors: 1 listening + 2 clients').waitFor(SOON);
    await card.getByText('collected').waitFor(SOON);
    await card
      .locator('.pair')
      .nth(2)
      .waitFor({ state: 'detached', ...SOON });
    assert.equal(await card.locator('.pair').count(), 2);
    assert.equal(await card.locator('.factory').count(), 1);
    assert.deepEqual(complaints, []);
  });

  test('a new pair lights up, and each chunk is a pulse', async () => {
    await using scene = await Scene.begin();
    const port = await scene.listen('poetry');
    await scene.client(port);
    const { page } = await visit(browser, scene.url);
    await page.locator('.pair .chunks.out.pulse').waitFor(SOON);
    assert.equal(await page.locator('.pair.new').count(), 0, 'what was there before is not new');
    await scene.client(port);
    await page.locator('.pair.new').waitFor(SOON);
  });

  test('one slow reader fills its queue and pauses its producer; the others go on', async () => {
    await using scene = await Scene.begin();
    const ballads = await scene.listen('ballad');
    const poetry = await scene.listen('poetry');
    await scene.client(poetry);
    await scene.client(ballads, true);
    const { page } = await visit(browser, scene.url);
    const slow = page.locator('.pair', { hasText: 'Ballad' });
    await slow.getByText('producer paused').waitFor(SOON);
    assert.match((await slow.locator('.waits').textContent()) ?? '', /peer/);
    const [, queued, most] =
      /^queue ([\d.]+) KiB, most ([\d.]+) KiB/.exec((await slow.locator('.queue title').textContent()) ?? '') ?? [];
    assert.ok(Number(most) > 64, `most ${most} KiB`);
    assert.ok(Number(queued) > 16, `it goes on at 16 KiB, ${queued} are queued`);
    const quick = page.locator('.pair', { hasText: 'SlowPoetry' });
    await quick.locator('.pulse').waitFor(SOON);
    assert.match((await quick.locator('.waits').textContent()) ?? '', /nothing/);
  });

  test('a callback that blocks for 400 ms is named, on the loop, below it and among the events', async () => {
    await using scene = await Scene.begin();
    const port = await scene.listen('shout');
    const client = await scene.client(port);
    const { page } = await visit(browser, scene.url);
    await page.getByText('asleep', { exact: true }).waitFor(SOON);
    client.write('block\r\n');
    const line = page.locator('.foot .held.fresh');
    await line.waitFor(SOON);
    assert.match((await line.textContent()) ?? '', /held Shout\.\w+ held the loop [4-9]\d\d ms, connection #\d+/i);
    await page.keyboard.press('4');
    await page.locator('.event.k-slow').first().waitFor(SOON);
    assert.match(
      (await page.locator('.event.k-slow').first().textContent()) ?? '',
      /Shout\.\w+ held the loop [4-9]\d\d ms/,
    );
  });

  test('what is refused is counted under its reason, and told among the events', async () => {
    await using scene = await Scene.begin();
    const port = await scene.listen('shout', 1);
    await scene.client(port);
    await once(await scene.client(port), 'close');
    const { page } = await visit(browser, scene.url);
    await page.locator('.port .refusals', { hasText: 'CONNECTION_LIMIT' }).waitFor(SOON);
    await page.keyboard.press('4');
    await page.locator('.event.k-refused', { hasText: 'CONNECTION_LIMIT' }).waitFor(SOON);
  });

  test('the timeline has a lane for each connection, and saves what it shows', async () => {
    await using scene = await Scene.begin();
    const port = await scene.listen('poetry');
    await scene.client(port);
    await scene.client(port);
    const { page, complaints } = await visit(browser, scene.url);
    await page.locator('.pair').first().waitFor(SOON);
    await page.keyboard.press('3');
    await page.locator('.picture .lane .writes[d^=M]').nth(1).waitFor(SOON);
    const saved = async (button: string): Promise<string> => {
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByText(button).click()]);
      const parts: Buffer[] = [];
      for await (const part of await download.createReadStream()) parts.push(part);
      return Buffer.concat(parts).toString();
    };
    assert.match(
      await saved('Save SVG'),
      /^<svg [\s\S]*xmlns="http:\/\/www.w3.org\/2000\/svg"[\s\S]*SlowPoetry[\s\S]*<\/svg>$/,
    );
    assert.match(await saved('HTML'), /^<!doctype html>[\s\S]*<svg /);
    const trace: { traceEvents: { ph: string }[] } = JSON.parse(await saved('Trace JSON'));
    assert.ok(trace.traceEvents.some(({ ph }) => ph === 'i'));
    assert.deepEqual(complaints, []);
  });
});
