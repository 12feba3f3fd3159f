import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { type Block, blocksOf, type Fence } from '../../markdown.ts';
import { pagesOf, read } from '../../pages.ts';
import { Player } from '../../player/player.ts';
import { Registry } from '../../player/registry.ts';

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
  let folder: string;
  let registry: Registry;
  let env: NodeJS.ProcessEnv;

  before(async () => {
    registry = await Registry.begin(ROOT);
    folder = mkdtempSync(join(tmpdir(), 'couplet-site-'));
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    symlinkSync(process.execPath, join(bin, 'node'));
    env = {
      PATH: `${bin}:/usr/local/bin:/usr/bin:/bin`,
      HOME: join(folder, 'home'),
      LANG: 'C.UTF-8',
      NO_COLOR: '1',
      NO_UPDATE_NOTIFIER: '1',
      NPM_CONFIG_REGISTRY: registry.url,
      NPM_CONFIG_FUND: 'false',
      NPM_CONFIG_AUDIT: 'false',
      NPM_CONFIG_YES: 'true',
    };
    const template = join(folder, 'template');
    mkdirSync(template);
    writeFileSync(join(template, 'package.json'), '{ "private": true, "type": "module" }\n');
    const npm = spawn('npm', ['install', ...PACKAGES], { cwd: template, env, stdio: ['ignore', 'ignore', 'inherit'] });
    assert.deepEqual(await once(npm, 'close'), [0, null]);
  });
  after(async () => {
    await registry[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  for (const [at, { source, blocks }] of pages.entries())
    test(source, { timeout: 300_000 }, async () => {
      const place = join(folder, String(at));
      cpSync(join(folder, 'template'), place, { recursive: true, verbatimSymlinks: true });
      await using player = new Player(place, env);
      const included = blocks.flatMap((block) => (block.kind === 'include' ? join(ROOT, 'site', block.path) : []));
      // What an included file imports, and the poems, stand beside it.
      for (const step of new Set(included.map((file) => dirname(file))))
        for (const file of readdirSync(step)) player.copy(join(step, file));
      for (const block of blocks)
        if (block.kind === 'include') player.copy(join(ROOT, 'site', block.path));
        else if (isConsole(block) && block.words === '') await player.play(block);
    });
});
