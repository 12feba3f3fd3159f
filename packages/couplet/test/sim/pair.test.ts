import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConversationFactory, Factory, Protocol, Reactor } from 'couplet';
import { Echo } from 'couplet/protocols';
import type { SimDuplex, World } from 'couplet/sim';
import { simulate } from 'couplet/sim';
import { call, typeError } from '../misuse/calling.ts';

async function play(scene: (world: World) => Promise<void>): Promise<void> {
  await simulate({ seeds: 3, profile: 'calm' }, scene);
}

/** What a stream tells. */
function listen(duplex: SimDuplex): { readonly log: string[]; text: string } {
  const heard = { log: [] as string[], text: '' };
  for (const event of ['end', 'close'] as const) duplex.on(event, () => heard.log.push(event));
  duplex.on('error', (error) => heard.log.push(error.message));
  duplex.on('data', (chunk) => {
    heard.text += chunk;
  });
  return heard;
}

describe('World.pair', () => {
  test('R57 what is written at one end arrives at the other, in order, and each write calls back', async () => {
    await play(async (world) => {
      const [one, other] = world.pair();
      const heard = listen(other);
      one.resume();
      let written = 0;
      for (let at = 0; at < 100; at += 1)
        one.write(`${at} `.repeat(200), () => {
          written += 1;
        });
      one.end();
      await world.until(() => heard.log.includes('end'));
      const expected = Array.from({ length: 100 }, (_, at) => `${at} `.repeat(200)).join('');
      assert.deepEqual([heard.text === expected, written], [true, 100]);
      other.end();
      await world.until(() => one.destroyed && other.destroyed);
      assert.deepEqual(heard.log, ['end', 'close']);
    });
  });

  test('R57 a write that is never taken calls back with an error', async () => {
    await play(async (world) => {
      const [one] = world.pair();
      const told: string[] = [];
      const write = (size: number): unknown =>
        one.write(Buffer.alloc(size), (error) => told.push(error?.message ?? 'taken'));
      write(100_000);
      write(1);
      one.destroy();
      write(1);
      await world.until(() => told.length === 3);
      assert.deepEqual(told, ['the stream was destroyed', 'the stream was destroyed', 'the stream has ended']);
    });
  });

  test('R57 an option of the wrong type is a TypeError', async () => {
    await play(async (world) => {
      assert.throws(() => call(world.pair, world, null), typeError(/^options is null, not an object such as/));
      assert.throws(() => call(world.pair, world, { allowHalfOpen: 1 }), typeError(/^allowHalfOpen is the number 1/));
    });
  });

  test('R57 nothing is read before something listens, nor while it is paused', async () => {
    await play(async (world) => {
      const [one, other] = world.pair();
      one.write('early');
      assert.equal(other.readableFlowing, null);
      await world.sleep(10);
      const heard = listen(other);
      assert.equal(other.readableFlowing, true);
      await world.until(() => heard.text === 'early');
      other.pause();
      one.write('late');
      await world.sleep(10);
      assert.deepEqual([heard.text, other.readableFlowing], ['early', false]);
      other.resume();
      await world.until(() => heard.text === 'earlylate');
    });
  });

  test('R57 more than its buffer is not taken until it is read', async () => {
    await play(async (world) => {
      const [one, other] = world.pair();
      let taken = false;
      const room = one.write(Buffer.alloc(100_000), () => {
        taken = true;
      });
      await world.sleep(1000);
      assert.deepEqual([room, taken], [false, false]);
      listen(other);
      await world.until(() => taken);
    });
  });

  test('R57 destroy fails the other end', async () => {
    await play(async (world) => {
      const [one, other] = world.pair();
      const [near, far] = [listen(one), listen(other)];
      one.write(Buffer.alloc(100_000), (error) => near.log.push(`unwritten: ${error?.message}`));
      one.destroy(new Error('enough'));
      await world.until(() => far.log.length > 1);
      assert.deepEqual(near.log, ['unwritten: enough', 'enough', 'close']);
      assert.deepEqual(far.log, ['connection reset by peer', 'close']);
      assert.deepEqual([one.readable, one.writable, other.readable, other.writable], [false, false, false, false]);
    });
  });

  test('R57 without half-close both directions end with the first', async () => {
    await play(async (world) => {
      const [one, other] = world.pair({ allowHalfOpen: false });
      const [near, far] = [listen(one), listen(other)];
      one.write('last');
      one.end();
      await world.until(() => one.destroyed && other.destroyed);
      assert.equal(far.text, 'last');
      assert.deepEqual(
        [near.log, far.log],
        [
          ['end', 'close'],
          ['end', 'close'],
        ],
      );
    });
  });

  test('R57 wrong arguments say what is wrong', async () => {
    await play(async (world) => {
      const [one] = world.pair();
      assert.throws(() => Reflect.apply(one.on, one, ['finish', () => {}]), /event is the string 'finish', not one of/);
      assert.throws(() => Reflect.apply(one.on, one, ['data', 7]), /listener is the number 7, not a function/);
      assert.throws(() => Reflect.apply(one.write, one, [7]), TypeError);
    });
  });

  test('R57 a process that is killed closes what it has adopted', async () => {
    await play(async (world) => {
      const server = world.host('server');
      const [one, other] = world.pair();
      await server.reactor.adoptStream(one, Factory.forProtocol(Echo));
      const heard = listen(other);
      server.crash();
      await world.until(() => heard.log.includes('end'));
    });
  });

  test('R57 a stream of another kind, and a descriptor, fail', async () => {
    await play(async (world) => {
      const { reactor } = world.host('server');
      const other = { on() {}, write() {}, end() {}, pause() {}, resume() {}, destroy() {} };
      const factory = Factory.forProtocol(Echo);
      await assert.rejects(reactor.adoptStream(other, factory), /it is not a stream of World.pair\(\)/);
      await assert.rejects(reactor.adoptStreamConnection(3, factory), /descriptor 3: the process has not inherited it/);
    });
  });

  test('R57 a handler of promises serves a stream', async () => {
    await play(async (world) => {
      const [one, other] = world.pair();
      const factory = new ConversationFactory(async (connection) => {
        for await (const line of connection.lines()) await connection.write(`${line.toUpperCase()}!`);
      });
      await world.host('server').reactor.adoptStream(one, factory);
      const heard = listen(other);
      other.write('two\r\nlines\r\n');
      other.end();
      await world.until(() => heard.log.includes('close'));
      assert.equal(heard.text, 'TWO!LINES!');
    });
  });

  test('R57 R49 a drain tells adopted streams, waits for them, and lets none come', async () => {
    await play(async (world) => {
      class Patient extends Protocol {
        override draining(): void {
          this.transport.clock.callLater(100, () => {
            this.transport.write('bye');
            this.transport.loseConnection();
          });
        }
      }
      const process = world.host('server').spawn();
      const reactor = new Reactor(process);
      const running = reactor.run({ drainTimeoutMs: 1000 });
      const [one, other] = world.pair();
      await reactor.adoptStream(one, Factory.forProtocol(Patient));
      const heard = listen(other);
      process.signal('SIGTERM');
      await world.sleep(10);
      const late = reactor.adoptStream(world.pair()[0], Factory.forProtocol(Patient));
      await assert.rejects(late, { name: 'ConnectError', message: /the reactor is draining$/ });
      await world.until(() => heard.log.includes('end'));
      other.end();
      await running;
      assert.equal(heard.text, 'bye');
      assert.deepEqual(process.leftovers, []);
    });
  });
});

test('R57 on a rough network an adopted stream loses nothing, or says so', async () => {
  await simulate({ seeds: 30, profile: 'rough' }, async (world) => {
    const [one, other] = world.pair();
    await world.host('server').reactor.adoptStream(one, Factory.forProtocol(Echo));
    const heard = listen(other);
    const text = 'verse '.repeat(2000);
    other.write(text);
    other.end();
    await world.until(() => heard.log.includes('close'));
    if (heard.log[0] === 'end') assert.equal(heard.text, text);
    else assert.ok(text.startsWith(heard.text));
  });
});
