// What a Chinese page was translated from: `source` in its front matter is the hash of the English file, as `git hash-object` gives it.
// `npm run site:sources` writes it to all pages whose text is up to date with the English one; name pages to write it to these alone.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { frontMatterOf, pagesOf } from './pages.ts';

/** The hash by which git knows a file. */
export function hashOf(file: string): string {
  const bytes = readFileSync(file);
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

/** The hash that a page says it was translated from. */
export function sourceOf(text: string): string | undefined {
  return /^source: *([0-9a-f]{40})$/m.exec(frontMatterOf(text))?.[1];
}

/** A page that says that it was translated from a file of that hash. Throws when it has no front matter. */
function withSource(text: string, hash: string): string {
  const matter = frontMatterOf(text);
  if (matter === '') throw new Error('the page has no front matter');
  const kept = matter.replace(/^source:.*\n/m, '').replace(/\n---\n$/, `\nsource: ${hash}\n---\n`);
  return kept + text.slice(matter.length);
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  const named = process.argv.slice(2);
  for (const { source, original, language, translated } of pagesOf(root)) {
    if (language === 'en' || !translated || (named.length > 0 && !named.includes(source))) continue;
    const text = readFileSync(join(root, source), 'utf8');
    const hash = hashOf(join(root, original));
    if (sourceOf(text) === hash) continue;
    writeFileSync(join(root, source), withSource(text, hash));
    console.log(`${source}: translated from ${hash.slice(0, 8)} of ${original}`);
  }
}
