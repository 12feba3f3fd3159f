import assert from 'node:assert/strict';
import process from 'node:process';
import { describe, test } from 'node:test';
import { FIXED } from './server.ts';
import { callsOf, straceMissing, sum, tell } from './strace.ts';
import { THRESHOLDS } from './thresholds.ts';
import { converse, download } from './visits.ts';
import { elsewhere, within } from './within.ts';

const { CI } = process.env;
const missing = straceMissing();
const skip = missing !== undefined && CI !== 'true' ? missing : elsewhere;

describe('E-7 system calls, without an observer', { skip }, () => {
  test('strace is there', () => assert.equal(missing, undefined, missing));

  test('an echoed message costs a receive and a send, as on raw node:net', async (t) => {
    const calls = await callsOf('couplet', 'echo', converse, FIXED);
    const raw = await callsOf('raw', 'echo', converse, FIXED);
    t.diagnostic(tell(calls));
    t.diagnostic(`raw: ${tell(raw)}`);
    within('system calls per message', sum(calls), THRESHOLDS.systemCalls.echo);
  });

  test('a connection with a poem costs about what it costs raw node:net', async (t) => {
    const calls = await callsOf('couplet', 'poems', download, FIXED);
    const raw = await callsOf('raw', 'poems', download, FIXED);
    t.diagnostic(tell(calls));
    t.diagnostic(`raw: ${tell(raw)}`);
    within('system calls per poem', sum(calls), THRESHOLDS.systemCalls.poem);
    within('system calls per poem, by those of raw node:net', sum(calls) / sum(raw), THRESHOLDS.systemCalls.poemByRaw);
  });
});
