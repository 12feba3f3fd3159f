import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

const FOLDER = 'packages/couplet/src/seam';
/** What has at most 8 members. */
const FACETS = [
  ...['ClockFacet', 'Streams', 'Resolver', 'Surroundings', 'Processes'],
  ...['Listener', 'ListenSink', 'Child', 'ChildSink', 'SpawnSink', 'KernelSocket'],
];
const files = readdirSync(FOLDER);
const texts = files.map((file) => readFileSync(join(FOLDER, file), 'utf8'));
/** What a runtime may lack. */
const OPTIONAL: ReadonlySet<string> = new Set(['adopt.ts', 'kernel.ts', 'processes.ts']);

/** The members of an interface, each with whether a doc comment stands before it. */
function membersOf(name: string): { name: string; told: boolean }[] {
  const bodies = texts.map(
    (text) => new RegExp(`\\nexport interface ${name}[ <][^\\n]*\\{\\n(.*?)\\n\\}`, 's').exec(text)?.[1],
  );
  const lines = bodies.find((body) => body !== undefined)?.split('\n') ?? [];
  return lines.flatMap((line, at) => {
    const member = /^ {2}(?:readonly )?(\w+)\??[:(<]/.exec(line)?.[1];
    return member === undefined ? [] : [{ name: member, told: /\*\/$/.test(lines[at - 1] ?? '') }];
  });
}

function isComment(line: string): boolean {
  return /^\s*(\/\*\*|\*)/.test(line);
}

function checkLength(read: readonly string[], most: number, mostCode: number): void {
  const lines = read.flatMap((text) => text.trimEnd().split('\n'));
  const code = lines.filter((line) => !isComment(line) && line.trim() !== '');
  assert.ok(lines.length <= most, `${lines.length} lines`);
  assert.ok(code.length <= mostCode, `${code.length} lines without comments`);
}

describe('the seam', () => {
  test('is read in one sitting, without what a runtime may lack', () => {
    checkLength(
      texts.filter((_, at) => !OPTIONAL.has(files[at] ?? '')),
      400,
      200,
    );
  });

  for (const file of OPTIONAL)
    test(`${file}, which a runtime may lack, is short`, () => {
      checkLength([readFileSync(join(FOLDER, file), 'utf8')], 80, 40);
    });

  for (const facet of [...FACETS, 'Settled'])
    test(`${facet} has at most 8 members`, () => {
      const count = membersOf(facet).length;
      assert.ok(count > 0 && count <= 8, `${count} members`);
    });

  for (const told of [...FACETS, 'ProcessPlace', 'ProcessExit', 'Wire', 'Sink', 'PeerCredentials'])
    test(`${told} says of each member what it does`, () => {
      const untold = membersOf(told).filter((member) => !member.told);
      assert.deepEqual(untold, []);
    });
});
