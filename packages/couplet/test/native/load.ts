// A mixed load on the kernel's sockets for long: `load.ts [MINUTES]`, an hour unless set. One process plays exchanges with itself and compares every
// byte; another one is besieged by hostile clients, and answers others. Says each minute what both have, and in the end whether all is well:
// no lost byte, no late answer, no descriptor and no memory more than at the beginning. Its status says the same.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { flags } from 'couplet-test/runtime';
import type { Held } from './held.ts';
import { askLine, Hostile } from './hostile.ts';
import type { Played } from './traffic.ts';

const MINUTE = 60_000;
const PEERS = 8;
const AT_ONCE = 40;
const PATIENCE = 10_000;
const ASKED_EVERY = 100;
/** How much more memory each process may have in the end than after the first minute, in MB, with its garbage collected. */
const MORE = { heap: 6, buffers: 6, resident: 150 };

/** What the process that exchanges says. */
interface Exchanged extends Played {
  readonly held: Held;
  readonly faults: readonly string[];
}

/** What the process that is besieged says. */
interface Besieged {
  readonly made: number;
  readonly open: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly held: Held;
  readonly faults: readonly string[];
}

const [minutes = '60'] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'couplet-load-'));
const wrong: string[] = [];
const exchanging = start('load', folder, minutes);
const server = start('besieged');
const told: Exchanged[] = [];
createInterface({ input: exchanging.stdout }).on('line', (line) => told.push(JSON.parse(line)));
const exchanged = ended(exchanging);
const closed = ended(server);
const [port = 0, side = 0] = await new Promise<number[]>((resolve) =>
  createInterface({ input: server.stdout }).once('line', (line) => resolve(line.split(' ').map(Number))),
);

// Nothing stays when this ends otherwise.
process.once('exit', () => {
  for (const child of [exchanging, server]) child.kill('SIGKILL');
});
const idle = await besieged('collected');
const hostile = new Hostile(port, PEERS, 'load');
const begun = performance.now();
let answers = 0;
let slowest = 0;
let over = false;
let busy: Besieged | undefined;
const attack = hostile.attack(() => !over, AT_ONCE);
const asking = ask();
const looking = look();
const status = await exchanged;
if (status !== 0) wrong.push(`the process that exchanges ended with ${status}`);
over = true;
await Promise.all([attack, asking, looking]);
while ((await besieged('')).open > 0) await delay(ASKED_EVERY);
const quiet = await minute();
server.kill('SIGTERM');
const last = await closed;
if (last !== 0) wrong.push(`the process that is besieged ended with ${last}`);
rmSync(folder, { recursive: true });
judge();

function start(fixture: string, ...words: readonly string[]): ChildProcessByStdio<null, Readable, null> {
  const program = join(import.meta.dirname, 'fixtures', `${fixture}${extname(import.meta.filename)}`);
  const all = ['--disable-warning=ExperimentalWarning', ...flags, program, ...words];
  return spawn(process.execPath, all, { stdio: ['ignore', 'pipe', 'inherit'] });
}

function ended(child: ChildProcessByStdio<null, Readable, null>): Promise<unknown> {
  return new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal)));
}

async function besieged(line: string): Promise<Besieged> {
  return JSON.parse(await askLine(side, line, PATIENCE));
}

/** Asks as a client that means no harm, all the time. */
async function ask(): Promise<void> {
  for (; !over; await delay(ASKED_EVERY)) {
    const asked = performance.now();
    const line = `line ${answers}`;
    const answer = await askLine(port, line, PATIENCE).catch(String);
    if (answer !== line) wrong.push(`asked for ${JSON.stringify(line)} it answered ${JSON.stringify(answer)}`);
    slowest = Math.max(slowest, performance.now() - asked);
    answers += 1;
  }
}

async function look(): Promise<void> {
  for (let next = begun + MINUTE; !over; ) {
    await delay(1000);
    if (performance.now() < next) continue;
    next += MINUTE;
    await minute();
  }
}

/** Says what both have now. */
async function minute(): Promise<Besieged> {
  const now = await besieged('collected');
  busy ??= now;
  const passed = ((performance.now() - begun) / MINUTE).toFixed(1);
  const exchanges = told.at(-1);
  const attacked = [...hostile.attacked.values()].reduce((sum, count) => sum + count, 0);
  if (exchanges !== undefined) {
    const { whole, aborted, failed, silent, bytes, held } = exchanges;
    console.log(
      `${passed} min: ${exchanges.exchanges} exchanges, ${whole} whole, ${aborted} aborted, ${failed} failed, ${silent} silent, ` +
        `${(bytes / 1e6).toFixed()} MB compared; ${shown(held)}`,
    );
  }
  console.log(
    `${passed} min: ${attacked} hostile connections, ${now.made} served, ${now.open} open, ${JSON.stringify(now.refused)}, ` +
      `${answers} others answered, the slowest in ${slowest.toFixed()} ms; ${shown(now.held)}`,
  );
  return now;
}

function shown({ heap, buffers, resident, descriptors }: Held): string {
  return `heap ${heap.toFixed(1)} MB, buffers ${buffers.toFixed(1)} MB, resident ${resident.toFixed()} MB, ${descriptors} descriptors`;
}

function judge(): void {
  // What is opened and grows once has grown by then.
  const early = told[Math.min(3, told.length - 2)];
  const late = told.at(-1);
  if (early === undefined || late === undefined || busy === undefined) wrong.push('it was too short to tell');
  else {
    wrong.push(...late.faults, ...quiet.faults);
    if (late.whole + late.aborted !== late.exchanges)
      wrong.push(`${late.exchanges - late.whole - late.aborted} exchanges are not whole`);
    compare('the process that exchanges', early.held, late.held, early.held.descriptors);
    compare('the process that is besieged', busy.held, quiet.held, idle.held.descriptors);
  }
  for (const what of wrong) console.log(`WRONG: ${what}`);
  console.log(wrong.length === 0 ? 'all is well' : `${wrong.length} things are wrong`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}

function compare(who: string, early: Held, late: Held, descriptors: number): void {
  for (const what of ['heap', 'buffers', 'resident'] as const)
    if (late[what] - early[what] > MORE[what])
      wrong.push(`${who}: ${what} grew from ${early[what].toFixed(1)} to ${late[what].toFixed(1)} MB`);
  if (late.descriptors !== descriptors) wrong.push(`${who}: ${late.descriptors} descriptors, not ${descriptors}`);
}
