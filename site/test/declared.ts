import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A member of a class or an interface, as the sources declare it. */
export interface Member {
  readonly name: string;
  /** What follows its name, without its body. */
  readonly type: string;
  /** The text of its doc comment, in one line. */
  readonly comment: string;
}

/** A class or an interface that a module of the sources exports, with its own members. */
export interface Declared {
  readonly name: string;
  readonly file: string;
  readonly members: readonly Member[];
  /** The names of what it extends. */
  readonly bases: readonly string[];
}

const HEAD = /^export (?:declare )?(?:abstract )?(?:class|interface) (\w+)([^{]*)\{(\n[\s\S]*?\n)?\}$/gm;
const MEMBER =
  /(?:^ {2}\/\*\*([\s\S]*?)\*\/\n)?^ {2}(?:(?:override|static|async|readonly|declare|abstract|get|set) )*(\w+)(?=[?!]?[:(<]| = | ?\{)([^\n]*)/gm;

/** Reads what the modules of some folders export, by names. */
export function declaredIn(root: string, folders: readonly string[]): ReadonlyMap<string, Declared> {
  const found = new Map<string, Declared>();
  for (const file of globSync(
    folders.map((folder) => `${folder}/**/*.ts`),
    { cwd: root },
  ))
    for (const declared of read(file, readFileSync(join(root, file), 'utf8'))) {
      const known = found.get(declared.name);
      const members = [...(known?.members ?? []), ...declared.members];
      found.set(declared.name, { ...declared, members, bases: [...(known?.bases ?? []), ...declared.bases] });
    }
  return found;
}

/** The names that the entries of the packages export, `type` ones among them. */
export function exportedBy(root: string, entries: string): ReadonlySet<string> {
  const names = globSync(entries, { cwd: root }).flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    const lists = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list = '']) => list.split(','));
    const own = [...text.matchAll(/^export (?:async )?(?:function|const|class) (\w+)/gm)].map(([, name = '']) => name);
    return [...lists.map((name) => name.trim().replace(/^(?:type |.* as )/, '')), ...own];
  });
  return new Set(names.filter((name) => name !== ''));
}

function* read(file: string, text: string): Generator<Declared> {
  for (const [, name = '', head = '', body = ''] of text.matchAll(HEAD)) {
    const members = [...body.matchAll(MEMBER)].map(
      ([, comment = '', member = '', type = '']): Member => ({
        name: member,
        type,
        comment: comment
          .replace(/\n *\*/g, ' ')
          .replace(/\s+/g, ' ')
          .trim(),
      }),
    );
    yield { name, file, members, bases: head.match(/\b[A-Z]\w+/g) ?? [] };
  }
}
