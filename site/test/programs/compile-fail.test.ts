import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { blocksOf, type Fence } from '../../markdown.ts';
import { pagesOf, read, WRITTEN } from '../../pages.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** The code of a page that the compiler refuses, with the message that stands in the line below it. */
function refusedOf(source: string): { readonly fence: Fence; readonly message: string }[] {
  const text = read(ROOT, source);
  return blocksOf(text).flatMap((block) => {
    if (block.kind !== 'fence' || block.words !== 'compile-fail') return [];
    const below = text.split('\n').slice(block.line + block.text.split('\n').length + 1);
    const line = below.find((one) => one.trim() !== '') ?? '';
    return [{ fence: block, message: /`([^`]+)`/.exec(line)?.[1] ?? line }];
  });
}

const pages = pagesOf(ROOT).filter(({ language, source }) => language === 'en' && source.startsWith(WRITTEN));

describe('S-3: the compiler refuses what pages say that it refuses', () => {
  for (const { source } of pages)
    for (const { fence, message } of refusedOf(source))
      test(`${source}:${fence.line}`, (t) => {
        // Inside the site, so that packages are found as its steps find them.
        mkdirSync(join(ROOT, 'site/build'), { recursive: true });
        const folder = mkdtempSync(join(ROOT, 'site/build/refused-'));
        t.after(() => rmSync(folder, { recursive: true }));
        writeFileSync(join(folder, 'refused.ts'), fence.text);
        const options = { noEmit: true, composite: false, incremental: false };
        const config = { extends: '../../../tsconfig.base.json', compilerOptions: options, include: ['*.ts'] };
        writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
        const { stdout, status } = spawnSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' });
        assert.notEqual(status, 0, 'it compiles');
        assert.ok(stdout.includes(message), `'${message}' is not in:\n${stdout}`);
      });
});
