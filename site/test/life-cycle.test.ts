import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { partsOf } from '../markdown.ts';
import { declaredIn } from './declared.ts';
import { rowsIn } from './tables.ts';

const ROOT = join(import.meta.dirname, '../..');
const FILE = join(ROOT, 'packages/couplet/src/engine/life-cycle.ts');

/** The table of the engine. Its path is not written in an import, since it is no part of the public interface. */
const table: {
  transition(state: string, event: string): { readonly to: string } | undefined;
  delivers(state: string): boolean;
  writes(state: string): boolean;
} = await import(FILE);
const EVENTS = /export type LifeEvent =([\s\S]*?);/.exec(readFileSync(FILE, 'utf8'))?.[1]?.match(/\w+/g) ?? [];

const parts = partsOf(readFileSync(join(ROOT, 'site/pages/reference/life-cycle.md'), 'utf8'));

function rowsOf(anchor: string): string[][] {
  const { prose = '' } = parts.find((part) => part.anchor === anchor) ?? {};
  return rowsIn(prose);
}

const codeIn = (cell: string): string[] => [...cell.matchAll(/`(\w+)`/g)].map(([, code = '']) => code);

/** Where each event leads from a state; an event that cannot happen leads nowhere. */
function leadsOn(state: string): Map<string, string> {
  const steps = EVENTS.flatMap((event): [string, string][] => {
    try {
      const step = table.transition(state, event);
      return step === undefined || step.to === state ? [] : [[event, step.to]];
    } catch {
      return [];
    }
  });
  return new Map(steps);
}

describe('the page of the life cycle', () => {
  test('has each state of a connection, and where each event leads', () => {
    const declared = /export type ConnectionState =([\s\S]*?);/.exec(
      readFileSync(join(ROOT, 'packages/couplet/src/protocol/views.ts'), 'utf8'),
    );
    const states = declared?.[1]?.match(/\w+/g)?.filter((state) => state !== 'arriving') ?? [];
    const rows = rowsOf('states');
    assert.deepEqual(rows.map(([state = '']) => codeIn(state)[0]).sort(), states.sort());
    for (const [name = '', , reads, writes, leads = ''] of rows) {
      const [state = ''] = codeIn(name);
      assert.equal(reads, table.delivers(state) ? 'yes' : '', `${state} reads`);
      assert.equal(writes, table.writes(state) ? 'yes' : '', `${state} writes`);
      const written = leads.split(';').flatMap((group) => {
        const codes = codeIn(group);
        const to = codes.at(-1) ?? '';
        return codes.slice(0, -1).map((event): [string, string] => [event, to]);
      });
      assert.deepEqual(new Map(written.sort()), new Map([...leadsOn(state)].sort()), state);
    }
  });

  test('has each callback of a protocol', () => {
    const members = declaredIn(ROOT, ['packages/couplet/src/protocol']).get('Callbacks')?.members ?? [];
    const callbacks = members
      .map(({ name }) => name)
      .filter((name) => !['factory', 'heldBytes', 'describe', 'takeUnread'].includes(name));
    assert.deepEqual(
      rowsOf('callbacks')
        .map(([callback = '']) => codeIn(callback)[0])
        .sort(),
      [...callbacks, 'connectionMade'].sort(),
    );
  });
});
