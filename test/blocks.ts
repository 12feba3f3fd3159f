import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A fenced block of code of a page. */
export interface Block {
  readonly page: string;
  /** Where it begins. */
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

/** The pages whose blocks must be right, from the repository's root. */
export const PAGES: readonly string[] = [
  'README.md',
  'README.zh-CN.md',
  'CONTRIBUTING.md',
  'examples/README.md',
  'bench/README.md',
  'packages/conformance/README.md',
  'packages/couplet/README.md',
  'packages/create-couplet/README.md',
  'packages/inspector/README.md',
  'packages/daemon/README.md',
  'packages/poetry/README.md',
  'site/README.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

/** The pages that are written for the site. Its own tests look at their code and links. */
export const SITE_PAGES: readonly string[] = readdirSync('site/pages', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md'))
  .map((name) => join('site/pages', name));

/** The name of the file that a block says it is, in its first line, without folders. */
export function nameOf({ text }: Block): string | undefined {
  return /^\/\/ (?:\w+\/)*([\w.-]+\.ts)\n/.exec(text)?.[1];
}

/** All blocks of a page. Throws when one is never closed. */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  let open: { line: number; language: string; text: string[] } | undefined;
  for (const [at, line] of readFileSync(page, 'utf8').split('\n').entries()) {
    const fence = /^```(\S*)\s*$/.exec(line);
    if (fence === null) open?.text.push(line);
    else if (open === undefined) open = { line: at + 1, language: fence[1] ?? '', text: [] };
    else {
      blocks.push({ page, line: open.line, language: open.language, text: open.text.join('\n') });
      open = undefined;
    }
  }
  if (open !== undefined) throw new Error(`${page}:${open.line}: the block is never closed`);
  return blocks;
}
