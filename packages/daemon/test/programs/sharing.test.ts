import assert from 'node:assert/strict';
import { connect } from 'node:net';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { describe, type TestContext, test } from 'node:test';
import { ask } from '../real/client.ts';
import type { Daemon } from '../real/daemon.ts';
import { Stage } from '../real/stage.ts';
import { Redis } from './redis.ts';

/**
 * A service that says on each connection which process it is, and passes on what the bus brings it. `say TEXT` publishes, and `who` is
 * answered with the payloads of all that are there: each process is, once, with its number.
 */
const HALL = `
import { Factory } from 'couplet';
import { LineReceiver } from 'couplet/protocols';
import { application, StreamServerService } from 'coupletd';

let context;

class Guest extends LineReceiver {
  delimiter = '\\n';
  #subscription;
  connectionMade() {
    this.#subscription = context.bus.subscribe('hall', (bytes) => this.sendLine('heard ' + Buffer.from(bytes)));
    // The supervisor answers in order: then it knows of the subscription.
    context.presence.list('hall').then(() => this.sendLine('here ' + process.pid));
  }
  lineReceived(line) {
    const [, word, text] = /^(\\w+) ?(.*)$/.exec(line.toString());
    if (word === 'say') context.bus.publish('hall', text);
    else if (word === 'who')
      context.presence.list('hall').then(
        (present) => this.#end(present.map(({ payload }) => payload).sort().join(' ')),
        (error) => this.#end(error.message),
      );
  }
  connectionLost() {
    this.#subscription.end();
  }
  #end(text) {
    this.sendLine(text);
    this.transport.loseConnection();
  }
}

const present = {
  name: 'present',
  start(given) {
    context = given;
    context.presence.join('hall', String(process.pid));
  },
  stop() {},
};
export default application('hall', [
  present,
  new StreamServerService('hall', 'tcp:0:interface=127.0.0.1', Factory.forProtocol(Guest)),
]);
`;

/** A guest of one process: the lines that it gets. */
class Guest {
  readonly pid: Promise<number>;
  readonly lines: string[] = [];
  readonly #socket;
  #waiting: (() => void)[] = [];

  constructor(t: TestContext, port: number) {
    this.#socket = connect(port, '127.0.0.1').on('error', () => {});
    t.after(() => this.#socket.destroy());
    this.pid = new Promise((resolve) => {
      createInterface({ input: this.#socket }).on('line', (line) => {
        if (line.startsWith('here ')) resolve(Number(line.slice(5)));
        else this.lines.push(line);
        for (const told of this.#waiting.splice(0)) told();
      });
    });
  }

  /** Waits for so many lines. */
  async heard(count: number): Promise<readonly string[]> {
    while (this.lines.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.lines;
  }

  say(text: string): void {
    this.#socket.write(`say ${text}\n`);
  }

  leave(): void {
    this.#socket.destroy();
  }
}

/** One guest in each worker of these daemons. */
async function guestsOf(t: TestContext, daemons: readonly Daemon[]): Promise<readonly Guest[]> {
  const guests = new Map<number, Guest>();
  for (const daemon of daemons) {
    const port = await daemon.ready('hall');
    while (daemon.workers.some((pid) => !guests.has(pid))) {
      const guest = new Guest(t, port);
      const pid = await guest.pid;
      if (guests.has(pid)) guest.leave();
      else guests.set(pid, guest);
    }
  }
  return [...guests.values()];
}

/** Has each worker say something, and checks that all hear everything once. Then one is killed, and is not there any more. */
async function share(t: TestContext, daemons: readonly Daemon[], subscribed: () => Promise<boolean>): Promise<void> {
  const guests = await guestsOf(t, daemons);
  while (!(await subscribed()));
  for (const [number, guest] of guests.entries()) guest.say(`word ${number}`);
  const words = guests.map((_, number) => `heard word ${number}`);
  for (const guest of guests) assert.deepEqual([...(await guest.heard(words.length))].sort(), words);

  const [first] = daemons;
  assert.ok(first !== undefined);
  const port = await first.ready('hall');
  const there = (): string =>
    daemons
      .flatMap(({ workers }) => workers.map(String))
      .sort()
      .join(' ');
  assert.equal(await ask(port, 'who').then(reply), there());
  const [victim = 0] = first.workers;
  process.kill(victim, 'SIGKILL');
  await first.event('worker.ended', { worker: victim });
  const since = performance.now();
  let now = '';
  while (now !== there() || now.split(' ').includes(String(victim))) now = await ask(port, 'who').then(reply);
  const seconds = (performance.now() - since) / 1000;
  t.diagnostic(`a killed worker was not there any more after ${seconds.toFixed(1)} s`);
  assert.ok(seconds < 15);
}

/** The last line, behind what the process says of itself. */
function reply(text: string): string {
  return text.split('\n').at(-1) ?? '';
}

describe('services that share', { timeout: 60_000 }, () => {
  test('the bus and presence reach all workers of a supervisor', async (t) => {
    await share(t, [new Stage(t, HALL).run(['--workers', '3'])], async () => true);
  });

  test('the bus and presence reach all workers of two machines over Redis', async (t) => {
    const redis = new Redis();
    t.after(() => redis.end());
    await redis.start();
    const daemons = [1, 2].map(() => new Stage(t, HALL).run(['--workers', '2', '--ledger', redis.url]));
    await share(t, daemons, async () => {
      const counts = await redis.command('PUBSUB', 'NUMSUB', 'couplet:{hall}:t:hall');
      return Array.isArray(counts) && counts[1] === 4;
    });
  });
});
