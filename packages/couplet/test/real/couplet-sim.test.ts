import assert from 'node:assert/strict';
import type { SpawnSyncReturns } from 'node:child_process';
import { spawnSync } from 'node:child_process';
import { extname, join } from 'node:path';
import process from 'node:process';
import { describe, test } from 'node:test';
import { flags } from 'couplet-test/runtime';

// From the same kind of file as this one: source, or built.
const suffix = extname(import.meta.filename);
const command = join(import.meta.dirname, '..', '..', 'src', 'entry', `couplet-sim${suffix}`);
const waiting = fixture('waiting');

function fixture(name: string): string {
  return join(import.meta.dirname, 'fixtures', `${name}${suffix}`);
}

function coupletSim(words: readonly string[], replay?: string): SpawnSyncReturns<string> {
  const { COUPLET_SIM: _, ...inherited } = process.env;
  const env = replay === undefined ? inherited : { ...inherited, COUPLET_SIM: replay };
  return spawnSync(process.execPath, [...flags, command, ...words], { encoding: 'utf8', env });
}

describe('couplet-sim', () => {
  test('has help', () => {
    const { status, stdout, stderr } = coupletSim(['--help']);
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, /^Usage: couplet-sim .* FILE\n/);
    assert.match(stdout, /Node 20\s+needs JavaScript/);
  });

  test('plays many seeds, and says in one line what that was', () => {
    const { status, stdout, stderr } = coupletSim(['--seeds', '3', '--profile', 'calm', waiting]);
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, /^3 worlds were well: \d+ happenings in [\d.]+ s of their time, [\d.]+ s of ours\n$/);
  });

  test('replays a seed with the trace of its world, the same each time', () => {
    const words = ['--seed', 'any word', '--profile', 'calm', waiting];
    const [one, other] = [coupletSim(words), coupletSim(words)];
    assert.deepEqual([one.status, one.stderr], [0, '']);
    assert.match(one.stdout, /^0\.000 oracle listens on 0\.0\.0\.0:8007$/m);
    assert.match(one.stdout, /\n1 world was well, trace [0-9a-f]{16}: .*\n$/);
    const withoutOurs = (text: string): string => text.replace(/, [\d.]+ s of ours/, '');
    assert.equal(withoutOurs(other.stdout), withoutOurs(one.stdout));
  });

  test('tells of a world in which something was wrong, and replays it with the faults that it needs', () => {
    const found = coupletSim([waiting]);
    assert.equal(found.status, 1);
    assert.match(found.stderr, /^couplet-sim: seed \d+, profile storm[^\n]*: no progress[^\n]*\n$/);
    const [, seed = '', faults = ''] = /COUPLET_SIM=storm:(\d+):([\d,]+) /.exec(found.stdout) ?? [];
    assert.match(found.stdout, /fault \d+ at [\d.]+ ms: oracle has no power/);

    const again = coupletSim(['--seed', seed, '--faults', faults, waiting]);
    assert.deepEqual([again.status, again.stderr], [1, found.stderr]);
    assert.match(again.stdout, /^0\.000 oracle listens/);
    assert.equal(coupletSim([waiting], `storm:${seed}:${faults}`).stdout, again.stdout);
    assert.equal(coupletSim(['--seed', seed, '--faults', 'none', waiting]).status, 0);
  });

  for (const [words, says] of [
    [[], 'the scenario file is missing'],
    [['a.ts', 'b.ts'], "unexpected argument 'b.ts'"],
    [['--sead', '17', 'a.ts'], "Unknown option '--sead'"],
    [['a.ts', '--seed'], "Option '--seed <value>' argument missing"],
    [['a.ts', '--seed', '--faults'], "Option '--seed' argument is ambiguous."],
    [['a.ts', '--seed', '1', '--seeds', '2'], '--seed and --seeds exclude each other'],
    [['a.ts', '--seed', 'a:b'], "--seed 'a:b' is empty or has a colon"],
    [['a.ts', '--seed='], "--seed '' is empty or has a colon"],
    [['a.ts', '--faults', '1'], '--faults needs --seed'],
    [['a.ts', '--seed', '1', '--faults', '1,x'], "--faults '1,x' is neither 'none' nor numbers like 1,5"],
    [['a.ts', '--seeds', '0'], "--seeds '0' is not a whole number of at least 1"],
    [['a.ts', '--seeds', '1e3'], "--seeds '1e3' is not a whole number of at least 1"],
    [['a.ts', '--profile', 'mild'], "--profile 'mild' is not one of calm, rough and storm"],
  ] as const) {
    test(`says what is wrong with '${words.join(' ')}'`, () => {
      const { status, stdout, stderr } = coupletSim(words);
      assert.deepEqual([status, stdout], [2, '']);
      // What else Node says of an option that it does not know differs between its versions.
      assert.ok(stderr.startsWith(`couplet-sim: ${says}`), stderr);
      assert.match(stderr, /^[^\n]* \(see couplet-sim --help\)\n$/);
    });
  }

  test('says in one line that a file is not there, is no scenario, or that the replay is none', () => {
    const missing = coupletSim([fixture('nothing')]);
    assert.deepEqual([missing.status, missing.stdout], [1, '']);
    assert.match(missing.stderr, /^couplet-sim: [^\n]*nothing[^\n]*\n$/);

    const other = coupletSim([command.replace('couplet-sim', 'framing')]);
    assert.deepEqual([other.status, other.stdout], [1, '']);
    assert.match(other.stderr, /^couplet-sim: \S+ does not export a function 'scenario'[^\n]*\n$/);

    const replay = coupletSim([waiting], 'mild:1');
    assert.deepEqual([replay.status, replay.stdout], [1, '']);
    assert.match(replay.stderr, /^couplet-sim: COUPLET_SIM 'mild:1' is not PROFILE:SEED[^\n]*\n$/);
  });
});
