import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DECISIONS, type Entry, LANGUAGES, type Language, SECTIONS } from './tree.ts';

/** Where the pages are written that have no other source. */
export const WRITTEN = 'site/pages';

/** Where the site is built from. No file in it is written by hand. */
export const GATHERED = 'site/gathered';

/** A page of one language. Paths of files begin at the root of the repository. */
export interface Page {
  /** Where it stands below the root of its language, without its ending: `guide/blocking`. */
  readonly name: string;
  readonly language: Language;
  /** The file with its English text. */
  readonly original: string;
  /** The file with the text that is shown. */
  readonly source: string;
  /** False where English stands in for another language. */
  readonly translated: boolean;
}

/** Where a page of that language is gathered: `zh/guide/blocking.md`. */
export function placeOf(name: string, language: Language): string {
  return `${LANGUAGES[language]}${name}.md`;
}

/** The names of all pages of the tree, each with the file of its English text. */
export function originals(root: string): ReadonlyMap<string, string> {
  const named = (folder: string, entry: Entry): [string, string] => {
    const { name, source }: { name: string; source?: string } = typeof entry === 'string' ? { name: entry } : entry;
    return [`${folder}/${name}`, source ?? `${WRITTEN}/${folder}/${name}.md`];
  };
  const decisions = readdirSync(join(root, DECISIONS.source)).sort();
  return new Map([
    ['index', `${WRITTEN}/index.md`],
    ...SECTIONS.flatMap(({ folder, pages }) => pages.map((entry) => named(folder, entry))),
    ...decisions.map((file): [string, string] => [
      `${DECISIONS.folder}/${file.replace(/\.md$/, '')}`,
      `${DECISIONS.source}/${file}`,
    ]),
  ]);
}

/** The pages that are written, in all languages. */
export function pagesOf(root: string): Page[] {
  const written = [...originals(root)].filter(([, original]) => existsSync(join(root, original)));
  return (Object.keys(LANGUAGES) as Language[]).flatMap((language) =>
    written.map(([name, original]): Page => {
      const own = language === 'en' ? original : `${WRITTEN}/${placeOf(name, language)}`;
      const translated = existsSync(join(root, own));
      return { name, language, original, source: translated ? own : original, translated };
    }),
  );
}

/** What the pages are called beside Chinese ones that have no Chinese text, by their names. */
export const CHINESE_TITLES: ReadonlyMap<string, string> = new Map(
  SECTIONS.flatMap(({ folder, pages }) =>
    pages.flatMap((entry) => (typeof entry === 'string' ? [] : [[`${folder}/${entry.name}`, entry.chinese] as const])),
  ),
);

/** What a page is called: in its front matter, or else in its heading. */
export function titleOf(text: string): string {
  const [, title] = /^title: *(.+)$/m.exec(frontMatterOf(text)) ?? /^# (.+?)(?: *\{#[\w-]+\})?$/m.exec(text) ?? [];
  return (title ?? '').replace(/^(['"])(.*)\1$/, '$2');
}

/** The front matter of a page with its dashes, or nothing. */
export function frontMatterOf(text: string): string {
  return /^---\n[\s\S]*?\n---\n/.exec(text)?.[0] ?? '';
}

/** Since when a translation is known to be older than its original: `outdated: 2026-12-31`. */
export function outdatedOf(matter: string): string | undefined {
  return /^outdated: *(\d{4}-\d\d-\d\d)$/m.exec(matter)?.[1];
}

export function read(root: string, file: string): string {
  return readFileSync(join(root, file), 'utf8');
}
