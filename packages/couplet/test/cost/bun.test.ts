import assert from 'node:assert/strict';
import process from 'node:process';
import { describe, test } from 'node:test';
import { runtime } from 'couplet-test/runtime';
import { Server } from './server.ts';
import { callsOf, straceMissing, sum, tell } from './strace.ts';
import { THRESHOLDS_OF_BUN } from './thresholds.ts';
import { Asker, converse, download } from './visits.ts';
import { within } from './within.ts';

const elsewhere = runtime === 'bun' ? false : 'the thresholds are those of Bun';
const { CI } = process.env;
const missing = straceMissing();
const uncounted = missing !== undefined && CI !== 'true' ? missing : elsewhere;

describe('RT-8 system calls on Bun, without an observer', { skip: uncounted }, () => {
  test('strace is there', () => assert.equal(missing, undefined, missing));

  test('RT-8: an echoed message costs a receive and a send', async (t) => {
    const calls = await callsOf('couplet', 'echo', converse);
    t.diagnostic(tell(calls));
    within('system calls per message', sum(calls), THRESHOLDS_OF_BUN.systemCalls.echo);
  });

  test('RT-8: a connection with a poem costs what it costs the sockets of Bun', async (t) => {
    const calls = await callsOf('couplet', 'poems', download);
    t.diagnostic(tell(calls));
    within('system calls per poem', sum(calls), THRESHOLDS_OF_BUN.systemCalls.poem);
  });
});

describe('RT-8 memory on Bun, without an observer', { skip: elsewhere }, () => {
  test('RT-8: the bytes that an idle connection keeps, between 1,000 and 3,000', async (t) => {
    await using server = await Server.start('couplet', 'echo');
    await using crowd = new AsyncDisposableStack();
    const open = async (count: number): Promise<number> => {
      for (let opened = 0; opened < count; opened += 1) {
        const asker = crowd.use(await Asker.connect(server.port));
        await asker.ask(Buffer.from('hello'), 1);
      }
      const { heap } = await server.collect();
      return heap;
    };
    const few = await open(1000);
    const many = await open(2000);
    const bytes = (many - few) / 2000;
    t.diagnostic(`${bytes.toFixed(1)} bytes`);
    within('bytes kept in the heap', bytes, THRESHOLDS_OF_BUN.retained);
  });
});
