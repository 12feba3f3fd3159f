// Draws docs/poetry.svg and those of its kind, and takes docs/pictures/*.png: each view of the inspector's page in both languages and both colour schemes, of three
// slow poems, a reader that does not read, a callback that blocks, a client too many and an error.
import { mkdirSync, writeFileSync } from 'node:fs';
import { launch, visit } from '../packages/inspector/test/browser/chrome.ts';
import { Scene } from '../packages/inspector/test/browser/scene.ts';
import { installBrowser } from './debian.mjs';
import { withPalette } from './palette.mjs';
import { drawTimelines } from './pictures-timeline.mjs';

const FOLDER = 'docs/pictures';
const SIZE = { width: 1280, height: 890 };

await drawTimelines();

installBrowser();
mkdirSync(FOLDER, { recursive: true });
const browser = await launch();
for (const locale of ['en', 'zh-CN'])
  for (const colorScheme of ['light', 'dark'])
    await takeAll({ locale, colorScheme, viewport: SIZE, reducedMotion: 'reduce' });
await browser.close();

/** Takes each view when it has something to show. */
async function takeAll(options) {
  await using scene = new Scene();
  const poetry = await scene.listen('poetry');
  const ballads = await scene.listen('ballad');
  const shout = await scene.listen('shout', 1);
  await scene.client(poetry);
  await scene.client(poetry);
  const last = await scene.client(poetry);
  await scene.client(ballads, true);
  const loud = await scene.client(shout);
  // The inspector comes last: what runs for the first time is slow, and not what is to be shown.
  await new Promise((resolve) => setTimeout(resolve, 2000));
  await scene.inspect({ payload: true });
  const { page } = await visit(browser, scene.url, options);
  const take = async (name) => {
    const file = `${FOLDER}/${name}-${options.locale.slice(0, 2)}-${options.colorScheme}.png`;
    writeFileSync(file, withPalette(await page.screenshot()));
  };
  await page.locator('.pair .pulse').first().waitFor();
  await seconds(page, 9);
  await scene.client(poetry);
  await page.locator('.pair.new').waitFor();
  last.destroy();
  await page.locator('.pair.collected').waitFor();
  await take('reactor');

  await page.keyboard.press('3');
  await page.locator('.bar button').nth(1).click();
  await seconds(page, 5);
  loud.write('hello\r\nblock\r\n');
  await page.locator('.picture .held').waitFor();
  await seconds(page, 5);
  await take('timeline');

  await page.keyboard.press('1');
  await page.locator('.pair .pulse').first().waitFor();
  loud.write('block\r\n');
  await page.locator('.dial.held').waitFor();
  await take('reactor-held');

  await page.keyboard.press('2');
  await page.locator('tr', { hasText: 'Shout' }).click();
  await page.locator('.facts').waitFor();
  loud.write('a line\r\n');
  await page.locator('.payload').waitFor();
  await seconds(page, 2);
  await take('connections');

  loud.write('throw\r\n');
  await (await scene.client(shout)).destroy();
  await page.keyboard.press('Escape');
  await page.keyboard.press('4');
  await page.locator('.event.k-error').first().waitFor();
  await page.locator('.event.k-error summary').first().click();
  await take('events');
}

/** Waits for that many frames: one comes each second. */
async function seconds(page, frames) {
  await page.waitForTimeout(frames * 1000);
}
