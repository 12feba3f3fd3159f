import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Factory } from 'couplet';
import { Countdown } from '../pull.ts';
import { Numbers, NumbersFactory } from '../stream.ts';
import { Serving } from './serving.ts';

const COUNTDOWN = '10 ...\n9 ...\n8 ...\n7 ...\n6 ...\n5 ...\n4 ...\n3 ...\n2 ...\n1 ...\nlift-off\n';

test('stream sends every number, in order, then hangs up', async (t) => {
  for (const last of [0, 1, 200_000]) {
    const serving = await Serving.open(t, new NumbersFactory(last));
    const peer = await serving.connect();
    const expected = Array.from({ length: last }, (_, index) => `${index + 1}\n`).join('');
    assert(expected === (await peer.rest()));
    await peer.leave();
    await serving.lost(1);
  }
});

test('stream waits for a client that does not read, and for no other', async (t) => {
  const numbers: Watched[] = [];
  let stopped = 0;
  class Watched extends Numbers {
    override connectionMade() {
      numbers.push(this);
      super.connectionMade();
    }
    override stopProducing() {
      super.stopProducing();
      stopped += 1;
    }
  }
  const last = 3_000_000; // 23 MB: more than the buffers of two kernels hold
  const factory = new NumbersFactory(last);
  factory.protocol = Watched;
  const serving = await Serving.open(t, factory);

  const idle = await serving.connect();
  idle.socket.pause();
  const reading = await serving.connect();
  const text = await reading.rest();
  assert.equal(text.length, 22_888_896);
  assert(text.endsWith(`\n${last}\n`));
  await reading.leave();
  await serving.lost(1);
  assert.equal(numbers[0]?.transport.disconnecting, false, 'the producer of the idle client is not done');

  idle.socket.resume();
  await idle.until('100000\n');
  idle.socket.resetAndDestroy();
  await serving.lost(2);
  assert.equal(stopped, 1);
});

test('stream goes on to the end for a client that has closed its side', async (t) => {
  const serving = await Serving.open(t, new NumbersFactory(500_000));
  const peer = await serving.connect();
  const text = await peer.leave();
  assert.equal(text.length, 3_388_895);
  assert(text.endsWith('\n500000\n'));
});

test('pull sends its pieces in order, then hangs up', async (t) => {
  const serving = await Serving.open(t, Factory.forProtocol(Countdown));
  const [open, ended] = await Promise.all([serving.connect(), serving.connect()]);
  assert.deepEqual(await Promise.all([open.rest(), ended.leave()]), [COUNTDOWN, COUNTDOWN]);
  await open.leave();
  await serving.lost(2);
});
