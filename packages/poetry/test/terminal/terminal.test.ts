import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canRedraw, colourOf, type Environment, hasColours, painted } from '../../src/terminal/terminal.ts';

const TERMINAL = { isTTY: true };
const FILE = {};

test('C-2: colours are for terminals, and NO_COLOR, FORCE_COLOR and TERM decide in this order', () => {
  const rows: readonly (readonly [Environment, boolean])[] = [
    [{}, true],
    [{ TERM: 'xterm' }, true],
    [{ TERM: 'dumb' }, false],
    [{ NO_COLOR: '1' }, false],
    [{ NO_COLOR: '' }, true],
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, false],
    [{ FORCE_COLOR: '1', TERM: 'dumb' }, true],
    [{ FORCE_COLOR: '0' }, false],
    [{ FORCE_COLOR: 'false' }, false],
    [{ FORCE_COLOR: '', TERM: 'dumb' }, false],
  ];
  for (const [environment, coloured] of rows) {
    assert.equal(hasColours(TERMINAL, environment), coloured, JSON.stringify(environment));
    assert.equal(hasColours(FILE, environment), false, JSON.stringify(environment));
  }
});

test('C-2: only a terminal that moves its cursor is drawn on again', () => {
  assert.equal(canRedraw(TERMINAL, {}), true);
  assert.equal(canRedraw(TERMINAL, { NO_COLOR: '1' }), true);
  assert.equal(canRedraw(TERMINAL, { TERM: 'dumb', FORCE_COLOR: '1' }), false);
  assert.equal(canRedraw(FILE, {}), false);
});

test('neighbours among tasks differ in colour, and none has that of errors', () => {
  const colours = Array.from({ length: 12 }, (_, at) => colourOf(at + 1));
  for (const [at, colour] of colours.entries()) assert.notEqual(colour, colours[at + 1]);
  assert.ok(!colours.includes('red'));
  assert.equal(painted('a', 'red'), '\u001b[31ma\u001b[39m');
});
