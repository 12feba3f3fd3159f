import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { diagram } from '../../src/machine/diagram.ts';
import { Machine } from '../../src/machine/machine.ts';

describe('the diagram of a machine', () => {
  test('has an arrow for each transition, one in and one for each end', () => {
    const door = new Machine('door', 'shut', {
      shut: { push: { to: 'open', call: 'creak' }, pull: 'ignore', kick: { to: 'shut' }, burn: { to: 'ashes' } },
      open: { pull: { to: 'shut', call: 'bang' } },
      ashes: { push: 'ignore' },
    });
    assert.equal(
      diagram(door),
      `stateDiagram-v2
  [*] --> shut
  shut --> open: push / creak
  shut --> shut: kick
  shut --> ashes: burn
  open --> shut: pull / bang
  ashes --> [*]`,
    );
  });

  test('gives a state another name where Mermaid would read its own as something else', () => {
    const tape = new Machine('tape', 'note', {
      note: { next: { to: 'half-closed' } },
      'half-closed': { next: { to: 'notes' } },
      notes: {},
    });
    assert.equal(
      diagram(tape),
      `stateDiagram-v2
  state "note" as _0
  state "half-closed" as _1
  [*] --> _0
  _0 --> _1: next
  _1 --> notes: next
  notes --> [*]`,
    );
  });
});
