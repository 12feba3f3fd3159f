import { statSync } from 'node:fs';
import { dirname, extname, join, relative } from 'node:path/posix';
import { GATHERED, originals, type Page, placeOf, WRITTEN } from './pages.ts';
import { LANGUAGES } from './tree.ts';

/** Fences and code, in which nothing is a link, or a link or picture: its mark, its text and its target. */
const LINK = /^(`{3,})[\s\S]*?^\1`*$|`[^`\n]*`|(!?)\[((?:`[^`]*`|[^[\]])*)\]\(([^)\s]+)\)/gm;
/** A page by where it would be written: links name it so, wherever its source is. */
const PAGE = new RegExp(`^${WRITTEN}/(zh/)?(.*)\\.md$`);
const PICTURES = ['.png', '.svg', '.webp'];

/** Rewrites the links of gathered pages, and knows what they need besides. */
export class Links {
  /** Files of the repository that pages link to: `source/...` of each language shows them. */
  readonly shown = new Set<string>();
  /** Links to files that are not there: with the page and its text. */
  readonly dead: string[] = [];
  /** Pictures that pages link to. */
  readonly pictures = new Set<string>();
  readonly #root: string;
  readonly #originals: ReadonlyMap<string, string>;
  /** The names of pages by the files of their English texts. */
  readonly #names: ReadonlyMap<string, string>;

  constructor(root: string) {
    this.#root = root;
    this.#originals = originals(root);
    this.#names = new Map([...this.#originals].map(([name, source]) => [source, name]));
  }

  /** The text of a page with its links as they lead from where it is gathered. */
  rewrite(page: Page, text: string): string {
    return text.replace(LINK, (whole, fence, mark = '', label, target) => {
      if (fence !== undefined || target === undefined || /^(?:\w+:|#)/.test(target)) return whole;
      if (target.startsWith('/'))
        // The router of the site knows nothing of these pages.
        return target.startsWith('/api/') ? `${whole}{target="_self"}` : whole;
      const [path = '', anchor] = target.split('#');
      const file = join(dirname(page.source), path);
      if (mark === '!') return `![${label}](${relative(join(GATHERED, dirname(this.#place(page))), file)})`;
      const place = this.#placeOf(page, file, label);
      if (place === undefined) return label.includes(path) ? label : `${label} (\`${file}\`)`;
      const to = place.startsWith('/') ? place : relative(dirname(this.#place(page)), place);
      const opened = place.startsWith('/') ? '{target="_self"}' : '';
      return `[${label}](${to}${anchor === undefined ? '' : `#${anchor}`})${opened}`;
    });
  }

  /** Where a link to a file leads; `undefined` if nothing of the site shows it. */
  #placeOf(page: Page, file: string, label: string): string | undefined {
    const [, folder, own] = PAGE.exec(file) ?? [];
    const name = own !== undefined && this.#originals.has(own) ? own : this.#names.get(file);
    if (name !== undefined) return placeOf(name, folder === undefined ? page.language : 'zh');
    const stats = statSync(`${this.#root}/${file}`, { throwIfNoEntry: false });
    if (stats === undefined) {
      this.dead.push(`${page.source}: ${label} (${file})`);
      return undefined;
    }
    if (PICTURES.includes(extname(file))) {
      this.pictures.add(file);
      return `/files/${file}`;
    }
    if (stats.isDirectory() || file.endsWith('.md')) return undefined;
    this.shown.add(file);
    return `${LANGUAGES[page.language]}source/${file}.md`;
  }

  #place({ name, language }: Page): string {
    return placeOf(name, language);
  }
}
