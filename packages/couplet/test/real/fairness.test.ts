import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type PerformanceEntry, PerformanceObserver, performance } from 'node:perf_hooks';
import process from 'node:process';
import { describe, test } from 'node:test';
import { ConversationFactory, Factory, Protocol, Reactor } from 'couplet';
import { backendHere } from '../here.ts';

/** A timer may be so late: the longest turn, and a little. */
const LATE_MS = 25;
/** A machine that is busy with something else takes time away: only what is late each time is the engine's doing. */
const TRIES = 5;

const row = (number: number): string => `${number}\tline ${number} of a long poem\n`;

class Drained extends Protocol {
  static rows = 0;
  override async connectionMade(): Promise<void> {
    for (let number = 0; number < Drained.rows; number += 1) {
      if (!(this.transport.write(row(number)) || (await this.transport.drained()))) return;
    }
    this.transport.loseConnection();
  }
}

class Pulled extends Protocol {
  static rows = 0;
  #next = 0;
  override connectionMade(): void {
    this.transport.registerProducer(this, false);
  }
  resumeProducing(): void {
    let text = '';
    for (const end = this.#next + 500; this.#next < end; this.#next += 1) text += row(this.#next);
    this.transport.write(text);
    if (this.#next < Pulled.rows) return;
    this.transport.unregisterProducer();
    this.transport.loseConnection();
  }
  stopProducing(): void {}
}

const ways: readonly [name: string, factory: (rows: number) => Factory][] = [
  [
    'writers that await drained',
    (rows) => {
      Drained.rows = rows;
      return Factory.forProtocol(Drained);
    },
  ],
  [
    'writers that await connection.write',
    (rows) =>
      new ConversationFactory(async (connection) => {
        for (let number = 0; number < rows; number += 1) if (!(await connection.write(row(number)))) return;
      }),
  ],
  [
    'pull producers',
    (rows) => {
      Pulled.rows = rows;
      return Factory.forProtocol(Pulled);
    },
  ],
];

/** Reads from so many connections as fast as it can, in a process of its own, and ends with them. */
const READER = `
const { connect } = require('node:net');
for (let count = 0; count < Number(process.argv[2]); count += 1) connect(Number(process.argv[1]), '127.0.0.1').on('data', () => {});
`;

/**
 * How late a timer of 5 ms was at most, by the time that passed and by that which this process took, without what the collection
 * of garbage took of it: no engine can interrupt that.
 */
async function lateness(factory: Factory, count: number): Promise<number> {
  const reactor = new Reactor(backendHere());
  const port = await reactor.listenTCP(0, factory, { interface: '127.0.0.1' });
  const host = port.getHost();
  assert.ok(host.family === 'IPv4');
  const looks: { from: number; to: number; took: number }[] = [];
  let since = performance.now();
  let used = process.cpuUsage();
  const look = (): void => {
    const { user, system } = process.cpuUsage(used);
    const now = performance.now();
    looks.push({ from: since, to: now, took: Math.min(now - since, (user + system) / 1000) });
    since = performance.now();
    used = process.cpuUsage();
    call = reactor.callLater(5, look);
  };
  const collections: PerformanceEntry[] = [];
  const observer = new PerformanceObserver((list) => collections.push(...list.getEntries()));
  observer.observe({ entryTypes: ['gc'] });
  const reader = spawn(process.execPath, ['-e', READER, `${host.port}`, `${count}`], { stdio: 'inherit' });
  let call = reactor.callLater(5, look);
  await once(reader, 'close');
  call.cancel();
  await port.stopListening();
  collections.push(...observer.takeRecords());
  observer.disconnect();
  const late = looks.map(({ from, to, took }) => {
    const within = collections.filter(({ startTime }) => startTime >= from && startTime < to);
    return took - 5 - within.reduce((sum, { duration }) => sum + duration, 0);
  });
  return Math.max(...late);
}

describe('a timer beside connections that write on and on', { timeout: 60_000 }, () => {
  for (const [name, factory] of ways) {
    for (const count of [1, 16]) {
      test(`R60 is in time beside ${count} ${name}`, async () => {
        const late: number[] = [];
        while (late.length < TRIES && !late.some((ms) => ms <= LATE_MS)) {
          late.push(await lateness(factory(400_000 / count), count));
        }
        assert.ok(
          late.some((ms) => ms <= LATE_MS),
          `it was late by ${late.map((ms) => ms.toFixed(1)).join(', ')} ms`,
        );
      });
    }
  }
});
