import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import ts from 'typescript';

/** Turns that a reader has to decode, each with what to write instead. `there is no` and `is no longer` are plain. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/(?<!\bthere )\bis no (?!longer\b)/i, 'is not'],
  [/\bwhoever\b/i, 'the one who is meant'],
  [/\bsomebody\b/i, 'the one who is meant'],
  [/\bnobody\b/i, 'not, and a verb'],
  [/\bso many\b/i, 'the number or its name'],
  [/\bthat is none\b/i, 'what would be right'],
];

/** The classes of errors do not all have a name that says so. */
const ERROR = /(?:Error|Aborted|Closed|Done|Lost|Misuse|Running|Stopped)$/;

/** A text of a source that users or other authors read, with the line where it begins. */
interface Told {
  readonly line: number;
  readonly text: string;
}

/** The messages of errors: the texts in what is thrown, or made as an error. */
function messagesOf(source: ts.SourceFile): Told[] {
  const found: Told[] = [];
  const visit = (node: ts.Node, inError: boolean): void => {
    const error =
      inError || ts.isThrowStatement(node) || (ts.isNewExpression(node) && ERROR.test(textOf(node.expression)));
    if (error && (ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node))) found.push(told(node, node.text));
    ts.forEachChild(node, (child) => visit(child, error));
  };
  const told = (node: ts.Node, text: string): Told => ({ line: lineOf(source, node.getStart(source)), text });
  const textOf = (node: ts.Node): string => node.getText(source);
  visit(source, false);
  return found;
}

/** The comments of exports and of their members, except for private ones. */
function commentsOf(source: ts.SourceFile): Told[] {
  const found: Told[] = [];
  const add = (node: ts.Node): void => {
    for (const comment of ts.getJSDocCommentsAndTags(node))
      found.push({
        line: lineOf(source, comment.getStart(source)),
        text: comment.getText(source).replace(/\s*\n\s*\*\s*/g, ' '),
      });
  };
  const members = (node: ts.Node): void => {
    if (ts.isBlock(node)) return;
    if ((ts.isClassElement(node) || ts.isTypeElement(node)) && !isPrivate(node)) add(node);
    ts.forEachChild(node, members);
  };
  for (const statement of source.statements) {
    if (!ts.canHaveModifiers(statement) || !ts.getModifiers(statement)?.some(isExport)) continue;
    add(statement);
    members(statement);
  }
  return found;
}

function isExport({ kind }: ts.ModifierLike): boolean {
  return kind === ts.SyntaxKind.ExportKeyword;
}

function isPrivate(node: ts.ClassElement | ts.TypeElement): boolean {
  const hidden = node.name !== undefined && ts.isPrivateIdentifier(node.name);
  return hidden || (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Private) !== 0;
}

function lineOf(source: ts.SourceFile, position: number): number {
  return source.getLineAndCharacterOfPosition(position).line + 1;
}

/** What is wrong with the texts of a source. */
function faultsOf(name: string, code: string): string[] {
  const source = ts.createSourceFile(name, code, ts.ScriptTarget.Latest, true);
  return [...messagesOf(source), ...commentsOf(source)].flatMap(({ line, text }) =>
    WORDS.flatMap(([word, instead]) => {
      const [turn] = word.exec(text) ?? [];
      return turn === undefined ? [] : [`${name}:${line}: '${turn.trim()}': write ${instead}`];
    }),
  );
}

describe('messages of errors and public comments are plain English', () => {
  for (const name of readdirSync('packages').sort()) {
    test(name, () => {
      const folder = join('packages', name, 'src');
      const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => join(folder, file))
        .sort();
      const faults = files.flatMap((file) => faultsOf(file, readFileSync(file, 'utf8')));
      assert.equal(faults.join('\n'), '');
    });
  }

  test('a turn is found in each place, and nowhere else', () => {
    const code = `
      /** What nobody
       * wants. */
      export class Door {
        /** So many turns. */
        turns = 0;
        /** Whoever comes. */
        #key = 0;
        open() {
          /** Somebody comes. */
          if (this.#key === 0) throw new Error(\`\${this.turns} is no key\`);
          return new Stopped('a door that is none') ?? 'nobody';
        }
      }
      /** There is no longer a key, as there is no door. */
      export const door = new Door();
      /** Whoever. */
      const key = 0;
    `;
    const found = faultsOf('door.ts', code).map((fault) => fault.replace(/: write.*/, ''));
    assert.deepEqual(found, [
      "door.ts:11: 'is no'",
      "door.ts:12: 'that is none'",
      "door.ts:2: 'nobody'",
      "door.ts:5: 'So many'",
    ]);
  });
});
