import assert from 'node:assert/strict';
import process from 'node:process';
import { describe, test } from 'node:test';
import type { Engine } from './server.ts';
import { FIXED, Server } from './server.ts';
import { type Calls, countCalls, difference, straceMissing, sum } from './strace.ts';
import { THRESHOLDS } from './thresholds.ts';
import { Asker, download } from './visits.ts';
import { elsewhere, within } from './within.ts';

const MESSAGES = 200;
const message = Buffer.alloc(64, 'x');

const { CI } = process.env;
const missing = straceMissing();
const skip = missing !== undefined && CI !== 'true' ? missing : elsewhere;

/** The calls that each message costs a server. */
async function callsOf(engine: Engine, work: string, visit: (port: number, times: number) => Promise<void>) {
  const run = (times: number): Promise<Calls> =>
    countCalls(async (launcher) => {
      await using server = await Server.start(engine, work, { launcher, options: FIXED });
      await visit(server.port, times);
    });
  return difference(await run(MESSAGES), await run(2 * MESSAGES), MESSAGES);
}

async function converse(port: number, times: number): Promise<void> {
  using asker = await Asker.connect(port);
  await asker.ask(message, times);
}

function tell({ waits, byName }: Calls): string {
  const calls = [...byName].filter(([, each]) => Math.abs(each) >= 0.01);
  return `${calls.map(([name, each]) => `${each.toFixed(2)} ${name}`).join(', ')}; ${waits.toFixed(2)} waits`;
}

describe('E-7 system calls, without an observer', { skip }, () => {
  test('strace is there', () => assert.equal(missing, undefined, missing));

  test('an echoed message costs a receive and a send, as on raw node:net', async (t) => {
    const calls = await callsOf('couplet', 'echo', converse);
    const raw = await callsOf('raw', 'echo', converse);
    t.diagnostic(tell(calls));
    t.diagnostic(`raw: ${tell(raw)}`);
    within('system calls per message', sum(calls), THRESHOLDS.systemCalls.echo);
  });

  test('a connection with a poem costs about what it costs raw node:net', async (t) => {
    const calls = await callsOf('couplet', 'poems', download);
    const raw = await callsOf('raw', 'poems', download);
    t.diagnostic(tell(calls));
    t.diagnostic(`raw: ${tell(raw)}`);
    within('system calls per poem', sum(calls), THRESHOLDS.systemCalls.poem);
    within('system calls per poem, by those of raw node:net', sum(calls) / sum(raw), THRESHOLDS.systemCalls.poemByRaw);
  });
});
