import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Child } from '../child.ts';
import { Program } from '../program.ts';

/** The store as a program. Gives what runs `redis-cli` on it, and hears what that prints. */
async function opened(t: test.TestContext) {
  const child = new Child(t, 'key-value', 0);
  const port = Number((await child.says(/127\.0\.0\.1:(\d+)/))[1]);
  const cli = async (...words: string[]) => {
    const client = new Program(t, 'redis-cli', '-p', port, '--no-raw', ...words);
    client.hangUp();
    assert.equal(await client.ended(), 0, client.errors);
    return client.output.trim();
  };
  return { child, port, cli };
}

describe('S-11: key-value, with the clients of Redis', { timeout: 60_000 }, () => {
  test('redis-cli sets, gets, counts and lets expire', async (t) => {
    const { child, cli } = await opened(t);
    assert.equal(await cli('PING'), 'PONG');
    assert.equal(await cli('SET', 'poem', 'two\r\n"lines"'), 'OK');
    assert.equal(await cli('GET', 'poem'), '"two\\r\\n\\"lines\\""');
    assert.equal(await cli('INCR', 'poem'), '(error) ERR value is not an integer or out of range');
    assert.equal(await cli('INCR', 'count'), '(integer) 1');
    assert.equal(await cli('EXPIRE', 'poem', '100'), '(integer) 1');
    assert.match(await cli('TTL', 'poem'), /^\(integer\) (?:99|100)$/);
    assert.equal(await cli('SET', 'short', 'life', 'EX', '1'), 'OK');
    while ((await cli('TTL', 'short')) !== '(integer) -2');
    assert.equal(await cli('GET', 'short'), '(nil)');
    assert.equal(await cli('DEL', 'poem', 'count', 'short'), '(integer) 2');
    assert.equal(await cli('FLUSHALL'), "(error) ERR unknown command 'flushall'");
    child.terminate();
    assert.equal(await child.ended(), 0);
  });

  test('redis-cli --pipe loads ten thousand keys', async (t) => {
    const { port, cli } = await opened(t);
    const loading = new Program(t, 'redis-cli', '-p', port, '--pipe');
    for (let at = 0; at < 10_000; at += 1) loading.type(`SET key:${at} ${'v'.repeat(at % 100)}x\r\n`);
    loading.hangUp();
    assert.equal(await loading.ended(), 0, loading.errors);
    assert.match(loading.output, /errors: 0, replies: 10000/);
    assert.equal(await cli('GET', 'key:9999'), `"${'v'.repeat(99)}x"`);
  });

  test('redis-benchmark finds no error, pipelined or not, and the server ends in order behind it', async (t) => {
    const { child, port, cli } = await opened(t);
    for (const load of [
      ['-n', '100000', '-P', '50', '-t', 'ping,set,get,incr'],
      ['-n', '5000', '-d', '20000', '-c', '20', '-t', 'set,get'],
    ]) {
      const benchmark = new Program(t, 'redis-benchmark', '-p', port, '-q', ...load);
      assert.equal(await benchmark.ended(), 0, benchmark.errors);
      assert.match(benchmark.output, /GET: [\d.]+ requests per second/);
      assert.equal(benchmark.errors, '');
    }
    assert.equal(await cli('GET', 'counter:__rand_int__'), '"100000"');
    const staying = new Program(t, 'redis-benchmark', '-p', port, '-q', '-n', '100000000', '-P', '10', '-t', 'get');
    await staying.says(/rps=[1-9]/);
    child.terminate();
    assert.equal(await child.ended(), 0, 'each client is cut off between two of its commands');
    await staying.ended();
  });
});
