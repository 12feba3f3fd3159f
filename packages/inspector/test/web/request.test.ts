import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { verifyFraming } from 'couplet/testing';
import { RequestDecoder, RequestError, type WebRequest } from '../../src/web/request.ts';

/** The requests in a stream, and the error that ends it. */
function read(stream: string): { readonly requests: readonly WebRequest[]; readonly error: RequestError | undefined } {
  const decoder = new RequestDecoder();
  decoder.push(Buffer.from(stream, 'latin1'));
  const requests: WebRequest[] = [];
  try {
    for (let request = decoder.next(); request !== undefined; request = decoder.next()) requests.push(request);
  } catch (error) {
    if (error instanceof RequestError) return { requests, error };
    throw error;
  }
  return { requests, error: undefined };
}

/** The only request in a stream. */
function only(stream: string): WebRequest {
  const { requests, error } = read(stream);
  assert.equal(error, undefined);
  const [request, ...more] = requests;
  assert.ok(request !== undefined && more.length === 0);
  return request;
}

const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\n';

describe('a request', () => {
  test('has a method, a target in two parts, and fields', () => {
    const { method, path, parameters, target, fields, last } = only(
      'GET /frame?view=events&filter=a%20b%3F?&x HTTP/1.1\r\nHoSt:  localhost:80\t\r\nAccept: a\r\nAccept: b\r\nEmpty:\r\n\r\n',
    );
    assert.deepEqual([method, path, target, last], ['GET', '/frame', '/frame?view=events&filter=a%20b%3F?&x', false]);
    assert.deepEqual(Object.fromEntries(parameters), { view: 'events', filter: 'a b??', x: '' });
    assert.deepEqual(Object.fromEntries(fields), { host: 'localhost:80', accept: 'a, b', empty: '' });
  });

  test('may have the authority in its target, which counts then', () => {
    const { path, target, fields } = only(
      'GET HTTP://127.0.0.1:8000?view=events HTTP/1.1\r\nHost: evil.example\r\n\r\n',
    );
    assert.deepEqual([path, target, fields.get('host')], ['/', '/?view=events', '127.0.0.1:8000']);
  });

  test('says whether it is the last', () => {
    const isLast = (text: string): boolean => only(text).last;
    assert.equal(isLast(`${GET}Connection: keep-alive\r\n\r\n`), false);
    assert.equal(isLast(`${GET}Connection: x , CLOSE\r\n\r\n`), true);
    assert.equal(isLast('GET / HTTP/1.0\r\nHost: localhost\r\n\r\n'), true);
    assert.equal(isLast('GET / HTTP/1.0\r\nHost: localhost\r\nConnection: Keep-Alive\r\n\r\n'), false);
    // What follows is a body, which is not read.
    assert.equal(isLast('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n'), true);
  });

  test('several may follow one another', () => {
    const { requests } = read(`${GET}\r\nHEAD /frame HTTP/1.1\r\nHost: x\r\n\r\nGET /un`);
    assert.deepEqual(
      requests.map(({ method, path }) => `${method} ${path}`),
      ['GET /', 'HEAD /frame'],
    );
  });

  const wrong: readonly (readonly [name: string, text: string, status: number])[] = [
    ['a lone LF', 'GET / HTTP/1.1\nHost: localhost\n\n', 400],
    ['a lone LF behind a field', `${GET}X: a\nY: b\r\n\r\n`, 400],
    ['a lone LF at the beginning', `\n${GET}\r\n`, 400],
    ['a lone CR in a value', `${GET}X: a\rb\r\n\r\n`, 400],
    ['an empty line before it', `\r\n${GET}\r\n`, 400],
    ['a folded line', `${GET}X: a\r\n b\r\n\r\n`, 400],
    ['a folded line that begins with a tab', `${GET}\tb\r\n\r\n`, 400],
    ['a blank before the colon', `${GET}X : a\r\n\r\n`, 400],
    ['a line without a colon', `${GET}X\r\n\r\n`, 400],
    ['a field without a name', `${GET}: a\r\n\r\n`, 400],
    ['NUL in a value', `${GET}X: a\0\r\n\r\n`, 400],
    ['no Host', 'GET / HTTP/1.1\r\nX: a\r\n\r\n', 400],
    ['a second Host', `${GET}Host: localhost\r\n\r\n`, 400],
    ['a second Origin', `${GET}Origin: a\r\nOrigin: b\r\n\r\n`, 400],
    ['a second token', `${GET}Authorization: a\r\nAuthorization: b\r\n\r\n`, 400],
    ['a second length', `${GET}Content-Length: 0\r\nContent-Length: 0\r\n\r\n`, 400],
    ['a body of a length', `${GET}Content-Length: 5\r\n\r\nhello`, 400],
    ['a body in chunks', `${GET}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
    ['a body of both kinds', `${GET}Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n`, 400],
    ['a length that is not a number', `${GET}Content-Length: +5\r\n\r\n`, 400],
    ['a target without a slash', 'GET frame HTTP/1.1\r\nHost: localhost\r\n\r\n', 400],
    ['the target of CONNECT', 'GET localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n', 400],
    ['a fragment', 'GET /#token=x HTTP/1.1\r\nHost: localhost\r\n\r\n', 400],
    ['a byte in the target that has to be escaped', 'GET /\xe9 HTTP/1.1\r\nHost: localhost\r\n\r\n', 400],
    ['two blanks in the first line', 'GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n', 400],
    ['no version', 'GET /\r\nHost: localhost\r\n\r\n', 400],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n', 400],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505],
    ['a header that is too long', `${GET}X: ${'a'.repeat(8192)}\r\n\r\n`, 431],
  ];

  for (const [name, text, status] of wrong)
    test(`with ${name} is refused`, () => {
      const { requests, error } = read(text);
      assert.deepEqual([requests.length, error?.status], [0, status]);
      assert.doesNotMatch(error?.message ?? '\n', /\n/);
    });

  test('has at most 8,192 bytes', () => {
    const ends = `${GET}X: \r\n\r\n`;
    assert.equal(read(`${GET}X: ${'a'.repeat(8192 - ends.length)}\r\n\r\n`).requests.length, 1);
    assert.equal(read(`${GET}X: ${'a'.repeat(8193 - ends.length)}\r\n\r\n`).error?.status, 431);
    // It is known before it ends.
    assert.equal(read(`${GET}X: ${'a'.repeat(8192)}`).error?.status, 431);
  });

  test('is the same however it is cut', () => {
    const streams = [
      `${GET}X: 1\r\n\r\nGET /frame?a=b HTTP/1.1\r\nHost: y\r\n\r\nHEAD / HTTP/1.0\r\nHost: z\r\n\r\n`,
      ...wrong.filter(([, text]) => text.length < 200).map(([, text]) => `${GET}\r\n${text}${GET}\r\n`),
    ];
    for (const stream of streams)
      verifyFraming(() => new RequestDecoder(), Buffer.from(stream, 'latin1'), { cuts: 50, goesOn: () => false });
  });

  test('that is too long is refused however it is cut', () => {
    const stream = Buffer.from(`${GET}X: ${'a'.repeat(9000)}\r\n\r\n`);
    for (const size of [1, 7, 100, 4096, 8191, 8192, 8193, 9100]) {
      const decoder = new RequestDecoder();
      assert.throws(
        () => {
          for (let at = 0; at < stream.length; at += size) {
            decoder.push(stream.subarray(at, at + size));
            assert.equal(decoder.next(), undefined);
          }
        },
        { status: 431 },
        `in pieces of ${size}`,
      );
    }
  });
});
