import { statSync } from 'node:fs';
import { dirname, extname, join, relative } from 'node:path/posix';
import { originals, type Page, placeOf, WRITTEN } from './pages.ts';
import { LANGUAGES } from './tree.ts';

/** Fences and code, in which nothing is a link, or a link or picture: its mark, its text and its target. */
const LINK = /^(`{3,})[\s\S]*?^\1`*$|`[^`\n]*`|(!?)\[((?:`[^`]*`|[^[\]])*)\]\(([^)\s]+)\)/gm;
const PICTURES = ['.png', '.svg', '.webp'];

/** Rewrites the links of gathered pages, and knows what they need besides. */
export class Links {
  /** Files of the repository that pages link to: `source/...` of each language shows them. */
  readonly shown = new Set<string>();
  /** Pictures that pages link to. */
  readonly pictures = new Set<string>();
  readonly #root: string;
  /** The names of pages by the files of their English texts. */
  readonly #names: ReadonlyMap<string, string>;

  constructor(root: string) {
    this.#root = root;
    this.#names = new Map([...originals(root)].map(([name, source]) => [source, name]));
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
      if (mark === '!') return `![${label}](${relative(join('site/gathered', dirname(this.#place(page))), file)})`;
      const place = this.#placeOf(page, file, label);
      if (place === undefined) return label.includes(path) ? label : `${label} (\`${file}\`)`;
      const to = place.startsWith('/') ? place : relative(dirname(this.#place(page)), place);
      const opened = place.startsWith('/') ? '{target="_self"}' : '';
      return `[${label}](${to}${anchor === undefined ? '' : `#${anchor}`})${opened}`;
    });
  }

  /** Where a link to a file leads; `undefined` if nothing of the site shows it. */
  #placeOf(page: Page, file: string, label: string): string | undefined {
    const name = this.#names.get(file) ?? this.#names.get(file.replace(`${WRITTEN}/zh/`, `${WRITTEN}/`));
    if (name !== undefined) return placeOf(name, file.startsWith(`${WRITTEN}/zh/`) ? 'zh' : page.language);
    if (file.startsWith(`${WRITTEN}/`)) return file.slice(WRITTEN.length + 1);
    const stats = statSync(`${this.#root}/${file}`, { throwIfNoEntry: false });
    if (stats === undefined) throw new Error(`${page.source}: the link '${label}' to ${file} leads nowhere`);
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
