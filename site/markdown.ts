import { frontMatterOf } from './pages.ts';

/** A fenced block: its language, what stands behind that, and its text. */
export interface Fence {
  readonly kind: 'fence';
  readonly line: number;
  readonly language: string;
  readonly words: string;
  readonly text: string;
}

/** Code that a page includes: `<<< @/../steps/02-blocking/by-hand.ts#loop{ts}`. */
export interface Include {
  readonly kind: 'include';
  readonly line: number;
  /** What follows `<<<`. */
  readonly text: string;
  /** The file, from `site`; nothing if it is neither one of the steps nor one of `deploy`. */
  readonly path: string;
  readonly region: string | undefined;
}

export type Block = Fence | Include;

const INCLUDE = /^@\/\.\.\/((?:steps|\.\.\/deploy)\/[\w./-]+?)(?:#([\w-]+))?(?:\{[\w,-]*\})?(?: \[[^\]]+\])?$/;

/** A part of a page: what stands below a heading, until the next one. */
export interface Part {
  readonly line: number;
  readonly level: number;
  /** What is written in braces behind the heading. */
  readonly anchor: string | undefined;
  readonly blocks: readonly Block[];
  /** The targets of links and pictures. */
  readonly links: readonly string[];
  /** Its text without the heading, fences and includes. */
  readonly prose: string;
}

/** The parts of a page. What stands before its first heading is the first one, with the level 0. Throws when a fence is never closed. */
export function partsOf(page: string): Part[] {
  const matter = frontMatterOf(page);
  const skipped = matter.split('\n').length - 1;
  const parts: Mutable[] = [newPart(1, 0, undefined)];
  let open: { mark: string; fence: Omit<Fence, 'text'>; text: string[] } | undefined;
  for (const [at, text] of page.slice(matter.length).split('\n').entries()) {
    const line = skipped + at + 1;
    const part = parts.at(-1);
    if (part === undefined) continue;
    const [, mark, language = '', words = ''] = /^\s*(`{3,})(\S*) *(.*)$/.exec(text) ?? [];
    if (open !== undefined) {
      if (mark === open.mark && language === '') {
        part.blocks.push({ ...open.fence, text: open.text.join('\n') });
        open = undefined;
      } else open.text.push(text);
    } else if (mark !== undefined)
      open = { mark, fence: { kind: 'fence', line, language, words: words.trim() }, text: [] };
    else if (/^#{1,6} /.test(text)) {
      const [, marks = '', anchor] = /^(#+) .*?(?:\{#([\w-]+)\})?\s*$/.exec(text) ?? [];
      parts.push(newPart(line, marks.length, anchor));
    } else if (text.startsWith('<<< ')) part.blocks.push(includeOf(line, text.slice(4).trim()));
    else {
      part.prose += `${text}\n`;
      for (const [, target] of text.replace(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g))
        if (target !== undefined) part.links.push(target);
    }
  }
  if (open !== undefined) throw new Error(`line ${open.fence.line}: the block is never closed`);
  return parts;
}

/** All fences and includes of a page, in their order. */
export function blocksOf(page: string): Block[] {
  return partsOf(page).flatMap(({ blocks }) => blocks);
}

interface Mutable extends Part {
  blocks: Block[];
  links: string[];
  prose: string;
}

function includeOf(line: number, text: string): Include {
  const [, path = '', region] = INCLUDE.exec(text) ?? [];
  return { kind: 'include', line, text, path, region };
}

function newPart(line: number, level: number, anchor: string | undefined): Mutable {
  return { line, level, anchor, blocks: [], links: [], prose: '' };
}

/** The prose below an anchor: of its part, and of those below it. `undefined` if the page has no such anchor. */
export function proseBelow(parts: readonly Part[], anchor: string): string | undefined {
  const at = parts.findIndex((part) => part.anchor === anchor);
  const [first, ...after] = parts.slice(at);
  if (at < 0 || first === undefined) return undefined;
  const end = after.findIndex(({ level }) => level <= first.level);
  return [first, ...(end < 0 ? after : after.slice(0, end))].map(({ prose }) => prose).join('\n');
}
