import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Connection } from '../../src/connection/connection.ts';
import type { Handler } from '../../src/connection/conversation.ts';
import { FramingError } from '../../src/framing/errors.ts';
import { ConnectionDone, ConnectionLost } from '../../src/protocol/errors.ts';
import { Protocol } from '../../src/protocol/protocol.ts';
import { ServerTLS } from '../../src/protocol/tls.ts';
import { all, Line, open, serve, settled } from '../line.ts';

const HIGH = 64 * 1024;

describe('writing to a Connection', () => {
  test('R39 write resolves when there is room, and with room it makes no promise', async () => {
    const { line, connection } = open();
    assert.equal(connection.write('one'), connection.write('two'));
    line.wire.answers.push(false);
    await line.settle();
    const waits = connection.write(Buffer.alloc(HIGH));
    await line.settle();
    assert.equal(await settled(waits), false);
    line.passOn();
    assert.equal(await waits, true);
    assert.equal(await connection.drained(), true);
  });

  test('R39 write resolves to false once the connection is gone', async () => {
    const { line, connection } = open();
    line.wire.answers.push(false);
    const waits = connection.write(Buffer.alloc(2 * HIGH));
    await line.settle();
    line.cut();
    assert.deepEqual(await Promise.all([waits, connection.write('?'), connection.drained()]), [false, false, false]);
  });

  for (const leave of ['end', 'close', 'abort'] as const) {
    test(`R39 write and drained resolve to false at once after ${leave}`, async () => {
      const { line, connection } = open();
      line.wire.answers.push(false);
      await connection.write('last words');
      connection[leave]();
      assert.deepEqual(await Promise.all([connection.write('and'), connection.drained()]), [false, false]);
    });
  }

  test('R4 write throws for what is neither bytes nor string', () => {
    const { connection } = open();
    const numbers: unknown = [1, 2, 3];
    assert.throws(() => Reflect.apply(connection.write, connection, [numbers]), TypeError);
  });

  test('end closes the writing side and goes on reading', async () => {
    const { line, connection } = open();
    await connection.write('question');
    connection.end();
    await line.settle();
    assert.deepEqual(line.wire.calls, ['end']);
    const lines = all(connection.lines());
    line.hear('answer\r\n');
    await line.settle();
    line.hearEnd();
    line.cut('done');
    assert.deepEqual(await lines, ['answer']);
  });
});

describe('a producer that stops when write says false', () => {
  for (const streaming of [true, false]) {
    test(`R11 R60 is told to go on, however long its rows take (streaming: ${streaming})`, async () => {
      const line = new Line(new Protocol());
      const { transport } = line.inlet;
      let left = 5000;
      const producer = {
        pauseProducing: () => {},
        resumeProducing: () => {
          do {
            line.backend.time += 0.05;
            left -= 1;
          } while (transport.write('a row\n') && left > 0);
        },
        stopProducing: () => {},
      };
      line.engine.run(() => {
        if (streaming) transport.registerProducer(producer, true);
        else transport.registerProducer(producer, false);
        producer.resumeProducing();
      });
      for (let turn = 0; turn < 50; turn += 1) {
        await line.settle();
        line.turn();
      }
      assert.ok(left <= 0, `${left} rows are left`);
    });
  }
});

describe('the end of a Connection', () => {
  test('R39 closed resolves to the reason, whoever asked, before and after', async () => {
    const { line, connection } = open();
    const [closed, again] = [connection.closed, connection.closed];
    line.hearEnd();
    connection.close();
    await line.settle();
    line.cut('done');
    const late = new Connection(line.inlet).closed;
    assert.ok((await closed) instanceof ConnectionDone);
    assert.deepEqual([await again, await late], [await closed, await closed]);
    const other = open();
    other.line.cut();
    assert.ok((await other.connection.closed) instanceof ConnectionLost);
  });

  test('R39 startTLS resolves to false once the connection is gone, asked before and after', async () => {
    const { line, connection } = open();
    const tls = new ServerTLS({ cert: '-----BEGIN NOTHING-----', key: '-----BEGIN NOTHING-----' });
    const before = connection.startTLS(tls);
    line.cut();
    assert.deepEqual(await Promise.all([before, connection.startTLS(tls)]), [false, false]);
  });

  test('R39 an abort with a reason is gone for that reason', async () => {
    const { line, connection } = open();
    const bored = new Error('bored');
    connection.abort(bored);
    line.cut('done');
    assert.equal(await connection.closed, bored);
    assert.deepEqual(line.reports, []);
  });

  test('disposal closes in order, and resolves when the connection is gone', async () => {
    const { line, connection } = open();
    const disposed = connection[Symbol.asyncDispose]();
    await line.settle();
    assert.deepEqual(line.wire.calls, ['resume', 'end']);
    assert.equal(await settled(disposed), false);
    line.hearEnd();
    line.cut('done');
    await disposed;
  });
});

describe('a Conversation', () => {
  test('R39 the connection closes when its handler returns, after what it wrote', async () => {
    for (const handler of [
      (connection: Connection) => void connection.write('hello'),
      async (connection: Connection) => void (await connection.write('hello')),
    ]) {
      const line = serve(handler);
      await line.settle();
      assert.equal(String(line.wire.output), 'hello');
      assert.deepEqual(line.wire.calls, ['resume', 'end']);
    }
  });

  test('R39 while the handler runs, the end of the input changes nothing for the output', async () => {
    let answer = (): void => {};
    const line = serve(async (connection) => {
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      for await (const chunk of connection) await connection.write(chunk);
    });
    line.hear('?');
    await line.settle();
    line.hearEnd();
    answer();
    await line.settle();
    assert.equal(String(line.wire.output), '?');
    assert.deepEqual(line.wire.calls, ['pause', 'close']);
  });

  for (const [how, handler] of [
    [
      'throws',
      () => {
        throw new Error('a slip');
      },
    ],
    ['rejects', () => Promise.reject(new Error('a slip'))],
  ] as const satisfies readonly [string, Handler][]) {
    test(`R39 a handler that ${how} is reported once, and aborts its connection with the error`, async () => {
      const line = serve(handler);
      await line.settle();
      assert.deepEqual(line.wire.calls, ['abort']);
      line.cut('done');
      assert.equal(line.reports.length, 1);
      assert.match(line.reports[0]?.who ?? '', /^Conversation at /);
      assert.equal(line.reports[0]?.error, line.inlet.reason);
      assert.equal(line.inlet.reason?.message, 'a slip');
    });
  }

  test('R39 what is no frame aborts with the FramingError, unless the handler catches it', async () => {
    const line = serve(async (connection) => {
      for await (const string of connection.netstrings()) await connection.write(string);
    });
    line.hear('1:a,01:b,');
    await line.settle();
    line.cut('done');
    assert.ok(line.inlet.reason instanceof FramingError);
    assert.deepEqual(line.reports, []);
  });

  test('R39 a frame that the peer left unfinished is the reason of the end, and no error', async () => {
    for (const gone of [false, true]) {
      const line = serve(async (connection) => {
        for await (const text of connection.lines()) await connection.write(text);
      });
      line.hear('whole\r\nhalf');
      await line.settle();
      line.hearEnd();
      if (gone) line.cut('done');
      await line.settle();
      if (!gone) line.cut('done');
      assert.equal(line.inlet.reason?.name, gone ? 'ConnectionDone' : 'FramingError');
      assert.deepEqual(line.reports, []);
    }
  });

  test('R39 an error of the handler about a frame is one of the handler', async () => {
    const line = serve(async (connection) => {
      try {
        for await (const text of connection.netstrings()) await connection.write(text);
      } catch (cause) {
        throw new Error('no greeting', { cause });
      }
    });
    line.hear('01:b,');
    await line.settle();
    line.cut('done');
    assert.deepEqual(
      line.reports.map(({ error }) => String(error)),
      ['Error: no greeting'],
    );
  });

  test('R39 a handler that throws when its connection has gone is reported', async () => {
    const slip = new Error('a slip');
    const line = serve(async (connection) => {
      await connection.closed;
      throw slip;
    });
    line.cut();
    await line.settle();
    assert.deepEqual(
      line.reports.map(({ error }) => error),
      [slip],
    );
    assert.equal(line.inlet.reason?.name, 'ConnectionLost');
  });

  test('R39 the reason of the end, thrown by the loop that read, is not reported', async () => {
    const line = serve(async (connection) => {
      for await (const chunk of connection) await connection.write(chunk);
    });
    line.cut();
    await line.settle();
    assert.deepEqual(line.reports, []);
    assert.deepEqual(line.backend.warnings, []);
  });
});
