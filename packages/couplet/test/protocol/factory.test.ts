import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Clock } from 'couplet';
import { ClientFactory, Factory, IPv4Address, Protocol, ServerFactory } from 'couplet';
import { Engine } from '../../src/engine/engine.ts';
import { FakeBackend } from '../fake-backend.ts';

const PEER = new IPv4Address('192.0.2.1', 4321);

/** A factory that writes down when it goes into use and out of it. */
class Counted extends Factory {
  readonly log: string[] = [];
  clock: Clock | undefined;
  override startFactory(reactor: Clock): void {
    this.clock = reactor;
    this.log.push('start');
  }
  override stopFactory(): void {
    this.log.push('stop');
  }
}

class Echo extends Protocol {}

describe('doStart and doStop', () => {
  test('R17 startFactory runs before the first port, stopFactory after the last', () => {
    const factory = new Counted();
    const engine = new Engine(new FakeBackend());
    factory.doStart(engine);
    factory.doStart(engine);
    assert.equal(factory.numPorts, 2);
    factory.doStop();
    assert.deepEqual(factory.log, ['start']);
    factory.doStop();
    assert.equal(factory.numPorts, 0);
    assert.deepEqual(factory.log, ['start', 'stop']);
  });

  test('R17 a factory may go into use again', () => {
    const factory = new Counted();
    const engine = new Engine(new FakeBackend());
    for (let time = 0; time < 2; time += 1) {
      factory.doStart(engine);
      factory.doStop();
    }
    assert.deepEqual(factory.log, ['start', 'stop', 'start', 'stop']);
  });

  test('R17 one doStop too many does nothing', () => {
    const factory = new Counted();
    factory.doStop();
    assert.equal(factory.numPorts, 0);
    assert.deepEqual(factory.log, []);
    factory.doStart(new Engine(new FakeBackend()));
    assert.deepEqual(factory.log, ['start']);
  });

  test('R41 startFactory gets the clock of the reactor', () => {
    const factory = new Counted();
    const engine = new Engine(new FakeBackend(77));
    factory.doStart(engine);
    assert.equal(factory.clock, engine);
    assert.equal(factory.clock.now(), 77);
  });

  test('R17 a startFactory that throws leaves the factory out of use, to be started again', () => {
    let fails = true;
    class Failing extends Counted {
      override startFactory(reactor: Clock): void {
        if (fails) throw new Error('no database');
        super.startFactory(reactor);
      }
    }
    const factory = new Failing();
    const engine = new Engine(new FakeBackend());
    assert.throws(() => factory.doStart(engine), /no database/);
    assert.equal(factory.numPorts, 0);
    fails = false;
    factory.doStart(engine);
    assert.deepEqual([factory.numPorts, factory.log], [1, ['start']]);
  });
});

describe('buildProtocol', () => {
  test('makes a new instance each time', () => {
    const factory = Factory.forProtocol(Echo);
    const [one, other] = [factory.buildProtocol(PEER), factory.buildProtocol(PEER)];
    assert.ok(one instanceof Echo && other instanceof Echo);
    assert.notEqual(one, other);
  });

  test('without a protocol throws an error that names the factory', () => {
    class Forgetful extends Factory {}
    assert.throws(() => new Forgetful().buildProtocol(PEER), /^Error: Forgetful has no protocol and no buildProtocol$/);
  });

  test('takes the protocol from the class, or as it was assigned last', () => {
    class Echoing extends Factory {
      override protocol = Echo;
    }
    class Louder extends Echo {}
    const factory = new Echoing();
    assert.equal(factory.buildProtocol(PEER)?.constructor, Echo);
    factory.protocol = Louder;
    assert.equal(factory.buildProtocol(PEER)?.constructor, Louder);
    assert.equal(new Echoing().buildProtocol(PEER)?.constructor, Echo);
  });
});

describe('forProtocol', () => {
  test('makes a factory of the class that it is called on', () => {
    assert.ok(Factory.forProtocol(Echo) instanceof Factory);
    assert.ok(ClientFactory.forProtocol(Echo) instanceof ClientFactory);
    assert.ok(Counted.forProtocol(Echo) instanceof Counted);
  });

  test("gives further arguments to the factory's constructor", () => {
    class Poem extends Protocol<PoemFactory> {}
    class PoemFactory extends Factory {
      readonly poem: string;
      readonly times: number;
      constructor(poem: string, times = 1) {
        super();
        this.poem = poem;
        this.times = times;
      }
    }
    const factory = PoemFactory.forProtocol(Poem, 'ecstasy', 3);
    assert.deepEqual([factory.poem, factory.times], ['ecstasy', 3]);
    assert.ok(factory.buildProtocol(PEER) instanceof Poem);
  });

  test('goes before a protocol that the class names', () => {
    class Other extends Protocol {}
    class Named extends Factory {
      override protocol = Echo;
    }
    assert.equal(Named.forProtocol(Other).buildProtocol(PEER)?.constructor, Other);
  });
});

describe('the kinds of factory', () => {
  test('ServerFactory is Factory, and a ClientFactory is no Factory', () => {
    assert.equal(ServerFactory, Factory);
    assert.equal(new ClientFactory() instanceof Factory, false);
  });
});

describe('Protocol', () => {
  test('has none of the optional callbacks, by which the engine knows that nobody wants them', () => {
    const protocol = new Protocol();
    assert.equal(protocol.readConnectionLost, undefined);
    assert.equal(protocol.writeConnectionLost, undefined);
    assert.equal(protocol.readingResumed, undefined);
  });

  test('has no factory of its own, so that the engine sets it', () => {
    assert.equal('factory' in new Protocol(), false);
  });
});
