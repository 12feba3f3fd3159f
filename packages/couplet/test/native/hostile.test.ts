import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { extname, join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { flags } from 'couplet-test/runtime';
import { FULL } from './fixture.ts';
import { askLine, Hostile } from './hostile.ts';

const CONNECTIONS = FULL ? 42_000 : 1200;
/** More than the eight peers may have. */
const AT_ONCE = 400;
const PEERS = 8;
/** A half of the kinds stay for 3 s or more, until a limit ends them. */
const SECONDS = FULL ? 600 : 60;
/** The others are answered, in milliseconds. */
const PATIENCE = 5000;
const LEAST_ANSWERS = 20;
/** How much more memory it may have in the end, and the most that it may have meanwhile, when each connection may hold a megabyte, in MB. */
const MORE = 4;
const MOST = 700;

const server = spawn(
  process.execPath,
  [
    '--disable-warning=ExperimentalWarning',
    ...flags,
    join(import.meta.dirname, 'fixtures', `besieged${extname(import.meta.filename)}`),
  ],
  { stdio: ['ignore', 'pipe', 'pipe'] },
);
let errors = '';
server.stderr.setEncoding('utf8').on('data', (text: string) => {
  errors += text;
});
const ended = new Promise<unknown>((resolve) => server.once('exit', (code, signal) => resolve(code ?? signal)));
after(() => server.kill('SIGKILL'));

test(`${CONNECTIONS} hostile connections are ended by the limits, and others are served`, async (t) => {
  const [ports = ''] = await new Promise<string[]>((resolve) =>
    createInterface({ input: server.stdout }).once('line', (line) => resolve([line])),
  );
  const [port = 0, side = 0] = ports.split(' ').map(Number);
  const figures = async (line = ''): Promise<ReturnType<typeof JSON.parse>> =>
    JSON.parse(await askLine(side, line, PATIENCE));
  const quiet = async (): Promise<ReturnType<typeof JSON.parse>> => {
    // Connections that no limit of a client has ended are ended by the longest one of the server.
    while ((await figures()).open > 0) await delay(50);
    return await figures('collected');
  };

  const hostile = new Hostile(port, PEERS, 'hostile');
  const began = performance.now();
  // What grows once has grown then.
  await hostile.attack((begun) => begun < CONNECTIONS / 4, AT_ONCE);
  const before = await quiet();
  let over = false;
  const attack = hostile
    .attack((begun) => begun < (CONNECTIONS * 3) / 4, AT_ONCE)
    .then(() => {
      over = true;
    });
  let slowest = 0;
  let answers = 0;
  let most = 0;
  while (!over) {
    const asked = performance.now();
    assert.equal(await askLine(port, `line ${answers}`, PATIENCE), `line ${answers}`);
    slowest = Math.max(slowest, performance.now() - asked);
    answers += 1;
    most = Math.max(most, (await figures()).resident);
    await delay(50);
  }
  await attack;
  const seconds = (performance.now() - began) / 1000;
  const last = await quiet();
  t.diagnostic(
    JSON.stringify({ seconds, answers, slowest, most, attacked: Object.fromEntries(hostile.attacked), before, last }),
  );

  assert.ok(seconds < SECONDS, `it took ${seconds} s`);
  assert.deepEqual(last.faults, []);
  assert.ok(last.refused.COUPLET_PEER_LIMIT > 0, 'nobody was turned away');
  assert.equal(last.held.descriptors, before.held.descriptors);
  for (const what of ['heap', 'buffers'])
    assert.ok(
      last.held[what] - before.held[what] < MORE,
      `${what}: ${before.held[what]} MB became ${last.held[what]} MB`,
    );
  assert.ok(most < MOST, `it had ${most} MB`);
  assert.ok(answers > LEAST_ANSWERS, `only ${answers} others have asked`);
  server.kill('SIGTERM');
  assert.equal(await ended, 0);
  assert.equal(errors, '');
});
