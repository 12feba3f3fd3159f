import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { tables } from './reference.ts';

const PAGE = readFileSync('docs/daemon-reference.md', 'utf8');

/** The cells of the first table below a heading, without those that are for words only. */
function rowsBelow(heading: string, columns: number): string[][] {
  const [, section = ''] = PAGE.split(new RegExp(`^#+ ${heading}$`, 'm'));
  const [, table = ''] = /((?:^\|.*\n)+)/m.exec(section) ?? [];
  const rows = table.trim().split('\n').slice(2);
  return rows.map((row) =>
    row
      .split(/(?<!\\)\|/)
      .slice(1, columns + 1)
      .map((cell) => cell.trim()),
  );
}

describe('docs/daemon-reference.md', () => {
  for (const { heading, rows } of tables()) {
    test(`has what the sources have: ${heading}`, () => {
      const columns = rows[0]?.length ?? 0;
      assert.deepEqual(rowsBelow(heading, columns).sort(), [...rows].sort());
    });
  }
});
