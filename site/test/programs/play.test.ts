import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Block, blocksOf, type Fence } from '../../markdown.ts';
import { pagesOf, read } from '../../pages.ts';
import { Player } from '../../player/player.ts';
import { Workplace } from '../../player/workplace.ts';

const ROOT = join(import.meta.dirname, '../../..');
/** What is installed in the folder of a page. */
const PACKAGES = ['couplet', 'coupletd', 'couplet-inspector', 'couplet-conformance', 'poetry'];

const isConsole = (block: Block): block is Fence => block.kind === 'fence' && block.language === 'console';
/** The pages with consoles in English: test/pages.test.ts compares the Chinese ones with them. */
const pages = pagesOf(ROOT)
  .filter(({ language }) => language === 'en')
  .map(({ source }) => ({ source, blocks: blocksOf(read(ROOT, source)) }))
  .filter(({ blocks }) => blocks.some(isConsole));

describe('S-3: the consoles of each page are played', { skip: pages.length === 0 && 'no page has one yet' }, () => {
  let place: Workplace;

  before(async () => {
    place = await Workplace.begin(ROOT);
    const template = join(place.folder, 'template');
    mkdirSync(template);
    writeFileSync(join(template, 'package.json'), '{ "private": true, "type": "module" }\n');
    await place.npm('template', 'install', ...PACKAGES);
  });
  after(() => place[Symbol.asyncDispose]());

  for (const [at, { source, blocks }] of pages.entries())
    test(source, { timeout: 300_000 }, async () => {
      const folder = join(place.folder, String(at));
      cpSync(join(place.folder, 'template'), folder, { recursive: true, verbatimSymlinks: true });
      await using player = new Player(folder, place.env);
      const included = blocks.flatMap((block) => (block.kind === 'include' ? join(ROOT, 'site', block.path) : []));
      // What an included file imports, and the poems, stand beside it.
      for (const step of new Set(included.map((file) => dirname(file))))
        for (const file of readdirSync(step)) player.copy(join(step, file));
      for (const block of blocks)
        if (block.kind === 'include') player.copy(join(ROOT, 'site', block.path));
        else if (isConsole(block) && block.words === '') await player.play(block);
    });
});
