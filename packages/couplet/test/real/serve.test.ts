import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { Connection, ListeningPort } from 'couplet';
import {
  CannotListenError,
  ConnectionDone,
  ConnectionRefusedError,
  EndpointSyntaxError,
  open,
  Reactor,
  serve,
  UserAbortError,
} from 'couplet';
import { backendHere } from '../here.ts';

const TIMEOUT = { timeout: 15_000 };

const folder = mkdtempSync(join(tmpdir(), 'couplet-'));

/** Where to reach that port. */
function clientOf(port: ListeningPort): string {
  const host = port.getHost();
  return 'port' in host ? `tcp:${host.authority}` : `unix:${host.authority}`;
}

/** Answers each line with its letters in the opposite order. */
async function reverse(connection: Connection): Promise<void> {
  for await (const line of connection.lines()) await connection.write(`${[...line].reverse().join('')}\r\n`);
}

describe('R40 serve and open', TIMEOUT, () => {
  after(() => rmSync(folder, { recursive: true }));

  for (const description of ['tcp:0:interface=127.0.0.1', `unix:${join(folder, 'reverse.sock')}`]) {
    test(`R40 what is served at ${description.slice(0, 5)} can be opened`, async () => {
      await using port = await serve(description, reverse);
      const connection = await open(clientOf(port));
      const lines = connection.lines();
      for (const [line, answer] of [
        ['one', 'eno'],
        ['zwölf', 'flöwz'],
      ]) {
        await connection.write(`${line}\r\n`);
        assert.equal((await lines.next()).value, answer);
      }
      connection.end();
      assert.equal((await lines.next()).done, true);
      assert.ok((await connection.closed) instanceof ConnectionDone);
    });
  }

  test('R39 a connection that is used is closed and gone at the end of its scope', async () => {
    let served: Promise<Error> | undefined;
    await using port = await serve('tcp:0:interface=127.0.0.1', async (connection) => {
      served = connection.closed;
      await reverse(connection);
    });
    let closed: Promise<Error> | undefined;
    {
      await using connection = await open(clientOf(port));
      closed = connection.closed;
      await connection.write('level\r\n');
      assert.equal((await connection.lines().next()).value, 'level');
    }
    assert.ok((await closed) instanceof ConnectionDone);
    assert.ok((await served) instanceof ConnectionDone);
  });

  test('R39 what is read and written by many at once keeps apart', async () => {
    await using port = await serve('tcp:0:interface=127.0.0.1', reverse);
    const converse = async (name: string): Promise<string[]> => {
      await using connection = await open(clientOf(port));
      for (let verse = 0; verse < 100; verse += 1) void connection.write(`${name}${verse}\r\n`);
      connection.end();
      const heard: string[] = [];
      for await (const line of connection.lines()) heard.push(line);
      return heard;
    };
    const expected = (name: string): string[] =>
      Array.from({ length: 100 }, (_, verse) => [...`${name}${verse}`].reverse().join(''));
    const names = Array.from({ length: 20 }, (_, at) => `poet ${at}, verse `);
    assert.deepEqual(await Promise.all(names.map(converse)), names.map(expected));
  });

  test('R40 serve and open take the reactor that they are given', async () => {
    const reactor = new Reactor(backendHere());
    const running = reactor.run({ signals: false });
    let made = 0;
    reactor.observe({
      connectionMade: () => {
        made += 1;
      },
    });
    const port = await serve('tcp:0:interface=127.0.0.1', reverse, { reactor });
    const connection = await open(clientOf(port), { reactor });
    assert.equal(made, 2);
    reactor.stop();
    await running;
    assert.equal((await connection.closed).message, 'the reactor stopped');
  });

  test('R40 serve rejects with the errors of listen, open with those of connect', async () => {
    await using port = await serve('tcp:0:interface=127.0.0.1', reverse);
    const host = port.getHost();
    assert.ok('port' in host);
    await assert.rejects(serve(`tcp:${host.port}:interface=127.0.0.1`, reverse), CannotListenError);
    await assert.rejects(serve('tpc:0', reverse), EndpointSyntaxError);
    await assert.rejects(open('tcp:localhost'), EndpointSyntaxError);
    await assert.rejects(open(clientOf(port), { signal: AbortSignal.abort() }), UserAbortError);
    await port.stopListening();
    await assert.rejects(open(clientOf(port)), ConnectionRefusedError);
  });
});
