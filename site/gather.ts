import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Links } from './links.ts';
import { frontMatterOf, GATHERED, outdatedOf, type Page, pagesOf, placeOf, read, WRITTEN } from './pages.ts';
import { LANGUAGES } from './tree.ts';

const NOTICE = '::: info 说明\n这一页还没有中文译文，下面是英文原文。\n:::\n\n';
const OUTDATED = (date: string): string =>
  `::: warning 说明\n英文原文在 ${date} 以后有改动，这一页还没有跟上。\n:::\n\n`;

/** Writes all pages of the site, from `site/pages` and `docs`, to where the site is built from. What stands there already is left alone. */
export function gather(root: string): void {
  const links = new Links(root);
  const kept = new Set<string>();
  const write = (file: string, text: string): void => {
    const path = join(root, GATHERED, file);
    kept.add(file);
    if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };
  for (const page of pagesOf(root)) write(placeOf(page.name, page.language), textOf(root, page, links));
  for (const prefix of Object.values(LANGUAGES))
    for (const file of links.shown) write(`${prefix}source/${file}.md`, listing(root, file));
  for (const file of links.pictures) {
    const path = join(root, GATHERED, 'public/files', file);
    mkdirSync(dirname(path), { recursive: true });
    copyFileSync(join(root, file), path);
  }
  const own = join(root, WRITTEN, 'public');
  if (existsSync(own)) cpSync(own, join(root, GATHERED, 'public'), { recursive: true });
  for (const file of readdirSync(join(root, GATHERED), { recursive: true, encoding: 'utf8' }))
    if (file.endsWith('.md') && !kept.has(file)) rmSync(join(root, GATHERED, file));
}

function textOf(root: string, page: Page, links: Links): string {
  const text = links.rewrite(page, read(root, page.source));
  const matter = frontMatterOf(text);
  const body = text.slice(matter.length);
  if (!page.translated) return `${matter}${NOTICE}<div lang="en">\n\n${body}\n</div>\n`;
  const date = outdatedOf(matter);
  return date === undefined ? text : `${matter}\n${OUTDATED(date)}${body}`;
}

/** A page that shows a file. */
function listing(root: string, file: string): string {
  const language = /\.(\w+)$/.exec(file)?.[1] ?? 'txt';
  const matter = `---\ntitle: ${file}\nsearch: false\noutline: false\n---\n`;
  return `${matter}\n# ${file} {#file}\n\n\`\`\`\`${language}\n${read(root, file)}\`\`\`\`\n`;
}
