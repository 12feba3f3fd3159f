import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Factory } from 'couplet';
import { Echo } from '../echo.ts';
import { Serving } from './serving.ts';

test('echo sends back what it gets', async (t) => {
  const serving = await Serving.open(t, Factory.forProtocol(Echo));
  const peer = await serving.connect();
  assert.equal(await peer.ask('hello'), 'hello\n');
  assert.equal(await peer.ask('naïve ✓'), 'naïve ✓\n');
  assert.equal(await peer.leave(), '');
});

test('echo answers in order, and to the end when the client has closed its side', async (t) => {
  const serving = await Serving.open(t, Factory.forProtocol(Echo));
  const peer = await serving.connect();
  const lines = Array.from({ length: 1000 }, (_, index) => `line ${index}\n`);
  for (const line of lines) peer.socket.write(line);
  assert.equal(await peer.leave(), lines.join(''));
});

test('echo keeps the clients apart', async (t) => {
  const serving = await Serving.open(t, Factory.forProtocol(Echo));
  const [one, two] = await Promise.all([serving.connect(), serving.connect()]);
  assert.deepEqual(await Promise.all([one.ask('one'), two.ask('two')]), ['one\n', 'two\n']);
  assert.deepEqual(await Promise.all([one.leave(), two.leave()]), ['', '']);
});

test('echo stops reading from a client that takes no answers, serves the others, and loses nothing', async (t) => {
  const heard: number[] = [];
  class Watched extends Echo {
    readonly #index = heard.push(0) - 1;

    override dataReceived(data: Buffer) {
      heard[this.#index] = (heard[this.#index] ?? 0) + data.length;
      return super.dataReceived(data);
    }
  }
  const serving = await Serving.open(t, Factory.forProtocol(Watched));
  const sent = '0123456789abcdef'.repeat(2 ** 20 * 1.5); // more than the buffers of two kernels hold
  const idle = await serving.connect();
  idle.socket.pause();
  idle.socket.write(sent);
  const other = await serving.connect();
  other.socket.write(sent);
  assert(sent === (await other.leave()));
  const [most = 0] = heard;
  assert(most > 0 && most < sent.length, `${most} bytes of ${sent.length}`);
  idle.socket.resume();
  assert(sent === (await idle.leave()));
});
