import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { serve } from 'couplet';
import { DEFAULT_QUERY } from 'couplet-inspector';
import { frameFrom, framesFrom, type Inquiry } from '../../src/top/inquiry.ts';
import { targetOf } from '../../src/top/target.ts';

const OK = 'HTTP/1.1 200 OK\r\n';

/** A server that answers each request with these texts, and then says no more. Returns what is asked of it, and when it has answered. */
async function answering(
  t: TestContext,
  texts: Iterable<string>,
): Promise<{ inquiry: Inquiry; answered: Promise<void> }> {
  let done: () => void = () => {};
  const answered = new Promise<void>((resolve) => {
    done = resolve;
  });
  const port = await serve('tcp:0:interface=127.0.0.1', async (connection) => {
    await connection.readUntil('\r\n\r\n');
    for (const text of texts) if (!(await connection.write(text))) return;
    done();
    await connection.closed;
  });
  t.after(() => port.stopListening());
  const target = targetOf(`http://${port.getHost().authority}`);
  return { inquiry: { target, query: DEFAULT_QUERY }, answered };
}

function* endless(head: string): Generator<string> {
  yield head;
  for (;;) yield 'x'.repeat(100_000);
}

/** The first frame of a stream. */
async function firstOf(inquiry: Inquiry): Promise<string | undefined> {
  for await (const frame of framesFrom(inquiry, new AbortController().signal)) return frame;
  return undefined;
}

describe('what answers and is no inspector', () => {
  for (const [name, ask] of [
    ['a frame', frameFrom],
    ['a stream', firstOf],
  ] as const)
    test(`is left when ${name} of it has no end`, async (t) => {
      const { inquiry } = await answering(t, endless(`${OK}\r\n`));
      await assert.rejects(ask(inquiry), { message: /^http:\S+: its answer has more than 16777216 characters$/ });
    });

  for (const [name, text] of [
    ['the head', 'HTTP/1.1 200'],
    ['a body without a length', `${OK}\r\n{"now":`],
    ['a body with a length', `${OK}Content-Length: 9\r\n\r\n{"now":`],
    ['a refusal', 'HTTP/1.1 500 -\r\n\r\nbecause'],
  ] as const)
    test(`is left after 10 s in the middle of ${name}`, async (t) => {
      const { inquiry, answered } = await answering(t, [text]);
      t.mock.timers.enable({ apis: ['setTimeout'] });
      const frame = assert.rejects(frameFrom(inquiry), { message: /^http:\S+: no answer in 10 s: / });
      await answered;
      t.mock.timers.tick(10_000);
      await frame;
    });

  for (const [name, text, pattern] of [
    ['another protocol', '220 mail.example ESMTP\r\n\r\n', /what answers does not speak HTTP$/],
    ['a length that is none', `${OK}Content-Length: -5\r\n\r\n`, /the length of its answer is not a number: '-5'$/],
    ['a chunk without a size', `${OK}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, /is not a number: 'zz'$/],
  ] as const)
    test(`is told from one: ${name}`, async (t) => {
      const { inquiry } = await answering(t, [text]);
      await assert.rejects(frameFrom(inquiry), { message: pattern });
    });
});
