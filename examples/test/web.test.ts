import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { StringTransport } from 'couplet/testing';
import { type Asked, guardedWeb, type Handler, site, WebFactory } from '../web.ts';
import { answersTo } from './cuts.ts';
import { restOf, served } from './served.ts';

const GET = 'GET / HTTP/1.1\r\nHost: here\r\n\r\n';
const post = (fields: string, body: string) => `POST /echo HTTP/1.1\r\nHost: here\r\n${fields}\r\n\r\n${body}`;

/** What is answered to a session, without dates. */
async function hears(session: string, settings: Partial<WebFactory> = {}, handler: Handler = site): Promise<string> {
  const newFactory = () => Object.assign(new WebFactory(handler), settings);
  return (await answersTo(newFactory, session)).replace(/^Date: \w{3}, [\w :]+ GMT\r\n/gm, '');
}

/** An answer with a body of plain text, or of bytes. */
function ok(body: string, type = 'application/octet-stream', last = ''): string {
  return `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n${last}\r\n${body}`;
}

const HELLO = ok('Hello\n', 'text/plain');
const CLOSE = 'Connection: close\r\n';

describe('web', () => {
  test('answers requests one after the other, however they are cut and pipelined', async () => {
    const chunks = '5;quality="high"\r\ntwo l\r\n4\r\nines\r\n0\r\nDigest: none\r\n\r\n';
    const session = [
      '\r\n',
      GET,
      post('Content-Length: 9', 'two\r\nline'),
      post('transfer-encoding: Chunked', chunks),
      post('Content-Length: 0', ''),
      'HEAD / HTTP/1.1\r\nHost: here\r\n\r\n',
      'GET /none HTTP/1.1\r\nHost:\r\n\r\n',
      'GET /echo HTTP/1.1\r\nHost: here\r\nConnection: keep-alive, Close\r\n\r\n',
      GET,
    ];
    assert.equal(
      await hears(session.join('')),
      [
        HELLO,
        ok('two\r\nline'),
        ok('two lines'),
        ok(''),
        HELLO.slice(0, -'Hello\n'.length),
        'HTTP/1.1 404 Not Found\r\nContent-Length: 22\r\n\r\nthere is nothing here\n',
        `HTTP/1.1 405 Method Not Allowed\r\nAllow: POST, PUT\r\nContent-Length: 0\r\n${CLOSE}\r\n`,
        '(end)',
      ].join(''),
    );
  });

  test('sends what comes piece by piece in chunks, or in HTTP/1.0 up to the end of the connection', async () => {
    const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n1\n\r\n2\r\n2\n\r\n0\r\n\r\n';
    assert.equal(await hears(`GET /count/2 HTTP/1.1\r\nHost: here\r\n\r\n${GET}`), chunked + HELLO);
    assert.equal(await hears('GET /count/2 HTTP/1.0\r\n\r\n'), `HTTP/1.1 200 OK\r\n${CLOSE}\r\n1\n2\n(end)`);
    assert.equal(await hears('GET / HTTP/1.0\r\n\r\n'), `${ok('Hello\n', 'text/plain', CLOSE)}(end)`);
  });

  test('takes the host of a target away, and blanks around a value', async () => {
    assert.equal(await hears('GET http://here HTTP/1.1\r\nHost: here\r\n\r\n'), HELLO);
    assert.equal(
      await hears(post('Content-Length: \t 5 \t', 'verse').replace('/echo', 'http://here:80/echo')),
      ok('verse'),
    );
  });

  test('sends no body with a status that has none, whatever the handler says', async () => {
    const piece = async function* () {
      yield 'verse';
    };
    for (const body of ['verse', piece()])
      assert.equal(
        await hears(GET + GET, {}, ({ target }) => ({ status: target === '/' ? 204 : 200, body })),
        'HTTP/1.1 204 No Content\r\n\r\n'.repeat(2),
      );
  });

  test('asks for a body that waits for it, and not for one that it does not take', async () => {
    const session = post('Content-Length: 5\r\nExpect: 100-continue', 'verse') + GET;
    assert.equal(await hears(session), `HTTP/1.1 100 Continue\r\n\r\n${ok('verse')}${HELLO}`);
    const small = { maxBodyBytes: 4 };
    assert.match(await hears(session, small), /^HTTP\/1\.1 413 .*\(end\)$/s);
    assert.match(await hears(post('Content-Length: 5\r\nExpect: tea', '')), /^HTTP\/1\.1 417 .*\(end\)$/s);
  });

  for (const [status, what, session, settings] of [
    [400, 'a line that is not a request', 'hello\r\n'],
    [400, 'two blanks', 'GET  / HTTP/1.1\r\n'],
    [400, 'a version that is not one', 'GET / HTTP/1.10\r\n'],
    [400, 'a target with a control character', 'GET /\u0001 HTTP/1.1\r\n'],
    [400, 'LF alone', 'GET / HTTP/1.1\nHost: here\n\r\n'],
    [400, 'CR alone in a field', 'GET / HTTP/1.1\r\nHost: here\rX: y\r\n\r\n'],
    [400, 'no host', 'GET / HTTP/1.1\r\n\r\n'],
    [400, 'two hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
    [400, 'a blank before the colon', 'GET / HTTP/1.1\r\nHost : a\r\n\r\n'],
    [400, 'a field on two lines', 'GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n'],
    [400, 'a field without a name', 'GET / HTTP/1.1\r\n: a\r\n\r\n'],
    [400, 'a length and chunks', post('Content-Length: 5\r\nTransfer-Encoding: chunked', '0\r\n\r\n')],
    [400, 'two lengths', post('Content-Length: 5\r\nContent-Length: 5', 'verse')],
    [400, 'a host with a blank', 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n'],
    [400, 'LF alone at the end of a field', 'GET / HTTP/1.1\r\nHost: here\r\nX: y\n\r\n\r\n'],
    [400, 'CR alone at the end of a field', 'GET / HTTP/1.1\r\nHost: here\r\nX: y\r\r\n\r\n'],
    [400, 'a length behind a vertical tab', post('Content-Length: \v5', 'verse')],
    [400, 'a length before U+00A0', post('Content-Length: 5\u00a0', 'verse')],
    [400, 'chunks behind a vertical tab', post('Transfer-Encoding: \vchunked', '0\r\n\r\n')],
    [501, 'chunks behind U+00A0', post('Transfer-Encoding: \u00a0chunked', '0\r\n\r\n')],
    [400, 'a length below 0', post('Content-Length: -5', '')],
    [400, 'a length that is not decimal', post('Content-Length: 0x5', '')],
    [400, 'chunks in HTTP/1.0', 'POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    [400, 'a chunk without its size', post('Transfer-Encoding: chunked', '\r\n')],
    [400, 'a chunk whose size is no number', post('Transfer-Encoding: chunked', 'five\r\n')],
    [400, 'a chunk that is longer than its size', post('Transfer-Encoding: chunked', '2\r\ntwo\r\n0\r\n\r\n')],
    [
      400,
      'a line of a chunk that is too long',
      post('Transfer-Encoding: chunked', `1;${'x'.repeat(200)}`),
      { maxLine: 90 },
    ],
    [413, 'a body that is too large', post('Content-Length: 101', ''), { maxBodyBytes: 100 }],
    [413, 'chunks that are too large', post('Transfer-Encoding: chunked', '64\r\n'), { maxBodyBytes: 99 }],
    [413, 'a size that no number is exact for', post('Content-Length: 999999999999999', '')],
    [414, 'a target that is too long', `GET /${'x'.repeat(100)} HTTP/1.1\r\n`, { maxLine: 90 }],
    [431, 'a field that is too long', `GET / HTTP/1.1\r\nHost: ${'x'.repeat(100)}\r\n\r\n`, { maxLine: 90 }],
    [431, 'too many fields', `GET / HTTP/1.1\r\n${'X: y\r\n'.repeat(50)}\r\n`, { maxHeadBytes: 200 }],
    [
      431,
      'too many trailers',
      post('Transfer-Encoding: chunked', `0\r\n${'X: y\r\n'.repeat(50)}\r\n`),
      { maxHeadBytes: 200 },
    ],
    [501, 'a coding that is not known', post('Transfer-Encoding: gzip, chunked', '')],
    [501, 'a method that is not known', 'BREW / HTTP/1.1\r\nHost: here\r\n\r\n'],
    [505, 'another version', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ] as const) {
    test(`answers ${what} with ${status}, and closes`, async () => {
      const { maxLine, ...others } = { maxLine: 8192, ...settings };
      const heard = await hears(`${GET}${session}${GET}`, { ...others, maxLineBytes: maxLine });
      assert.ok(heard.startsWith(HELLO));
      const head = new RegExp(
        `^HTTP/1\\.1 ${status} [\\w -]+\\r\\nContent-Length: (\\d+)\\r\\n${CLOSE}\\r\\n[\\w -]+\\n\\(end\\)$`,
      );
      assert.match(heard.slice(HELLO.length), head);
    });
  }

  test('gives the handler each request whole, and says so when that fails', async (t) => {
    t.mock.method(console, 'error', () => {});
    const asked: Asked[] = [];
    const handler = (one: Asked) => {
      asked.push(one);
      if (one.target === '/throw') throw new Error('a bug');
      return one.target === '/reject' ? Promise.reject(new Error('a bug')) : { status: 204 };
    };
    const target = (name: string) => `GET ${name} HTTP/1.1\r\nhost: here\r\nX: a\r\nx:b \r\n\r\n`;
    const heard = await hears(target('/throw') + target('/reject') + target('/x?y=%20'), {}, handler);
    const failed = 'HTTP/1.1 500 Internal Server Error\r\nContent-Length: 26\r\n\r\nsomething went wrong here\n';
    assert.equal(heard, `${failed}${failed}HTTP/1.1 204 No Content\r\n\r\n`);
    assert.deepEqual(
      [...(asked.at(-1)?.fields ?? [])],
      [
        ['host', 'here'],
        ['x', 'a, b'],
      ],
    );
    assert.equal(asked.at(-1)?.target, '/x?y=%20');
  });

  test('a body of a million chunks takes the memory of its bytes', async () => {
    const { protocol, transport } = StringTransport.for(
      new WebFactory(({ body }) => ({ body: `${body.length} ${body.buffer.byteLength < 4_000_000}` })),
    );
    void protocol.dataReceived(Buffer.from(post('Transfer-Encoding: chunked', '')));
    const chunks = Buffer.from('1\r\nx\r\n'.repeat(10_000));
    for (let times = 0; times < 100; times += 1) void protocol.dataReceived(chunks);
    await protocol.dataReceived(Buffer.from('0\r\n\r\n'));
    assert.match(transport.value().toString(), /\r\n\r\n1000000 true$/);
  });

  test('reads no further than a client reads', async () => {
    let pulled = 0;
    let asked = 0;
    const pieces = async function* () {
      for (let count = 0; count < 100; count += 1) {
        pulled += 1;
        yield Buffer.alloc(10_000);
      }
    };
    const { protocol, transport } = StringTransport.for(
      new WebFactory(() => {
        asked += 1;
        return { body: pieces() };
      }),
    );
    const delivered = protocol.dataReceived(Buffer.from(GET.repeat(3)));
    for (let times = 0; times < 10; times += 1) await turn();
    assert.ok(asked === 1 && pulled < 10, `${pulled} pieces`);
    while (asked < 3 || pulled < 300) {
      assert.ok(transport.value().length < 100_000);
      transport.clear();
      await turn();
    }
    transport.clear();
    await delivered;
  });

  test('sends away who is silent, and tells who takes too long for a request', async () => {
    const factory = () => Object.assign(new WebFactory(site), { idleTimeoutMs: 5000, requestTimeoutMs: 8000 });
    await served(
      () => guardedWeb(factory()),
      async ({ world, dial }) => {
        const [silent, kept, dripping] = [await dial(), await dial(), await dial()];
        await kept.write(GET);
        await dripping.write('GET / HTTP/1.1\r\n');
        const drips = world.sleep(4000).then(() => dripping.write('Host: here\r\n'));
        assert.equal(await restOf(silent), '');
        assert.ok(world.now < 6000, `${world.now}`);
        assert.match(await restOf(kept), /Hello\n$/);
        assert.ok(world.now < 6000, `${world.now}`);
        await drips;
        assert.match(await restOf(dripping), /^HTTP\/1\.1 408 Request Timeout\r\n/);
        assert.ok(world.now < 9000, `${world.now}`);
      },
    );
  });

  test('cuts off who does not read an answer', async () => {
    const options = { closeTimeoutMs: 3000 };
    await served(
      () => guardedWeb(new WebFactory(() => ({ body: 'x'.repeat(10_000_000) })), { stallTimeoutMs: 5000 }),
      async ({ world, dial }) => {
        world.setConditions({ receiveBufferBytes: 1000 });
        const connection = await dial();
        await connection.write(GET);
        await world.sleep(8000);
        await assert.rejects(restOf(connection));
      },
      options,
    );
  });

  test('finishes what has begun when the port drains: a request that comes, and an answer that is made', async () => {
    const slow: Handler = async ({ body }) => ({ body: `${body}` });
    await served(
      () => guardedWeb(new WebFactory(slow)),
      async ({ world, port, dial }) => {
        const [idle, coming] = [await dial(), await dial()];
        await coming.write(post('Content-Length: 5', 'ver'));
        await world.sleep(1000);
        const drained = port.drain();
        assert.equal(await restOf(idle), '');
        await coming.write(`se${GET}`);
        assert.match(await restOf(coming), /^HTTP\/1\.1 200 OK\r\n.*Connection: close\r\n\r\nverse$/s);
        assert.deepEqual(await drained, { closed: 2, aborted: 0 });
      },
    );
  });

  test('answers whole or not at all on a network that cuts connections', async () => {
    await served(
      () => guardedWeb(new WebFactory(site)),
      async ({ world, dial }) => {
        for (let done = 0; done < 3; ) {
          const heard = await dial()
            .then(async (connection) => {
              await connection.write(post('Content-Length: 1000', 'x'.repeat(1000)) + post(CLOSE.trim(), ''));
              return restOf(connection);
            })
            .catch(() => '');
          const [first = '', second = ''] = heard.split(/(?<=x{1000})/);
          if (second !== '') assert.match(first, /^HTTP\/1\.1 200 OK\r\n.*Content-Length: 1000\r\n\r\nx{1000}$/s);
          if (second.endsWith('\r\n\r\n')) done += 1;
          else await world.sleep(1000);
        }
      },
      { seeds: 6, profile: 'storm' },
    );
  });
});
