import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Child } from '../child.ts';
import { Program } from '../program.ts';

/** The server as a program, an empty folder, and what runs `curl` on it. */
async function opened(t: test.TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'couplet-web-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const child = new Child(t, 'web', 0);
  const [place = ''] = await child.says(/127\.0\.0\.1:\d+/);
  const start = (path: string, ...words: string[]) =>
    new Program(t, 'curl', '-sS', '--max-time', '30', ...words, `http://${place}${path}`);
  const curl = async (path: string, ...words: string[]) => {
    const client = start(path, ...words);
    client.hangUp();
    assert.equal(await client.ended(), 0, client.errors);
    return client.output;
  };
  return { child, folder, place, start, curl };
}

describe('S-11: web, with curl and wrk', { timeout: 60_000 }, () => {
  test('curl sends and gets bodies of every kind, over one connection', async (t) => {
    const { child, folder, place, curl } = await opened(t);
    assert.equal(await curl('/'), 'Hello\n');
    assert.equal(await curl('/count/3'), '1\n2\n3\n');
    assert.equal(await curl('/count/3', '--http1.0'), '1\n2\n3\n');
    assert.match(await curl('/', '--head'), /^HTTP\/1\.1 200 OK\r\n.*Content-Length: 6\r\n\r\n$/s);
    const [sent, got] = [join(folder, 'sent'), join(folder, 'got')];
    writeFileSync(sent, randomBytes(1_000_000));
    const counted = await curl(
      '/echo',
      '--data-binary',
      `@${sent}`,
      '-H',
      'Expect: 100-continue',
      '-o',
      got,
      '-v',
      '--stderr',
      '-',
    );
    assert.match(counted, /< HTTP\/1\.1 100 Continue/);
    assert.ok(readFileSync(got).equals(readFileSync(sent)));
    const words = ['-H', 'Transfer-Encoding: chunked', '-H', 'Expect:', '-o', got];
    await curl('/echo', '-T', sent, ...words, '-w', '%{http_code}');
    assert.ok(readFileSync(got).equals(readFileSync(sent)));
    const thrice = await curl(
      '/',
      '-d',
      'a',
      '-w',
      '%{http_code} %{num_connects}\n',
      ...[1, 2].map(() => `http://${place}/echo`),
    );
    assert.deepEqual(thrice.match(/\d{3} \d/g), ['200 1', '200 0', '200 0']);
    child.terminate();
    assert.equal(await child.ended(), 0);
  });

  test('curl is told what is too large, or not there', async (t) => {
    const { folder, curl } = await opened(t);
    const large = join(folder, 'large');
    writeFileSync(large, Buffer.alloc(2_000_000));
    const status = (path: string, ...words: string[]) =>
      curl(path, '-o', join(folder, 'got'), '-w', '%{http_code}', ...words);
    assert.equal(await status('/none'), '404');
    assert.equal(await status('/echo'), '405');
    assert.equal(await status('/echo', '--data-binary', `@${large}`), '413');
    assert.equal(await status('/echo', '-T', large, '-H', 'Transfer-Encoding: chunked'), '413');
    assert.equal(await status(`/${'x'.repeat(9000)}`), '414');
    assert.equal(await status('/', ...[1, 2, 3].flatMap((at) => ['-H', `X-${at}: ${'x'.repeat(8000)}`])), '431');
    assert.equal(await status('/', '-X', 'BREW'), '501');
  });

  test('wrk finds no error, with a request at a time and with twenty', async (t) => {
    const { child, folder, place, curl } = await opened(t);
    const script = join(folder, 'pipeline.lua');
    const twenty =
      'local requests = {}\nfor at = 1, 20 do requests[at] = wrk.format() end\nreturn table.concat(requests)';
    writeFileSync(script, `request = function()\n${twenty}\nend\n`);
    for (const words of [[], ['-s', script]]) {
      const load = new Program(t, 'wrk', '-t', 1, '-c', 50, '-d', '2s', ...words, `http://${place}/`);
      assert.equal(await load.ended(), 0, load.errors);
      assert.doesNotMatch(load.output, /Socket errors|Non-2xx/);
      assert.ok(Number(/(\d+) requests in/.exec(load.output)?.[1]) > 1000, load.output);
    }
    assert.equal(await curl('/'), 'Hello\n');
    assert.equal(child.errors, '');
  });

  test('an answer that is under way when the server is told to end comes to its end', async (t) => {
    const { child, start } = await opened(t);
    const slow = start('/count/500000', '--limit-rate', '2M');
    await slow.says(/^1000$/m);
    child.terminate();
    assert.equal(await slow.ended(), 0, slow.errors);
    assert.match(slow.output, /\n499999\n500000\n$/);
    assert.equal(await child.ended(), 0);
  });
});
