import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Address } from 'couplet';
import { ClientFactory, Factory, IPv4Address, Protocol, Reactor } from 'couplet';
import { limitConnections } from 'couplet/policies';
import { TextLineReceiver } from 'couplet/protocols';
import { Clock, StringTransport } from 'couplet/testing';
import { FakeBackend } from '../fake-backend.ts';

class Greeter extends TextLineReceiver<Greetings> {
  override connectionMade(): void {
    this.sendLine(this.factory.greeting);
  }
}

class Greetings extends Factory {
  override protocol = Greeter;
  readonly greeting: string = 'hello';
}

describe('StringTransport.for', () => {
  test('builds a protocol by its factory, and connects it', () => {
    const factory = new Greetings();
    const { protocol, transport } = StringTransport.for(factory);
    const greeter: Greeter = protocol;
    assert.equal(greeter.factory, factory);
    assert.equal(greeter.transport, transport);
    assert.equal(String(transport.value()), 'hello\r\n');
    greeter.sendLine('again');
    assert.equal(String(transport.value()), 'hello\r\nagain\r\n');
    assert.notEqual(StringTransport.for(factory).protocol, protocol);
  });

  test('R62 has the reactor of the options, which is its clock too unless there is another one', () => {
    const reactor = new Reactor(new FakeBackend());
    const { transport } = StringTransport.for(new Greetings(), { reactor });
    assert.equal(transport.reactor, reactor);
    assert.equal(transport.clock, reactor);
    const clock = new Clock();
    const other = new StringTransport({ reactor, clock });
    assert.deepEqual([other.reactor, other.clock], [reactor, clock]);
    assert.equal(new StringTransport({ clock }).reactor, clock);
  });

  test('takes the options of a transport, and a factory of clients or behind a policy', () => {
    const clock = new Clock();
    const peer = new IPv4Address('203.0.113.9', 7);
    let seen: Address | undefined;
    class Addressed extends ClientFactory {
      override buildProtocol(address: Address): Protocol {
        seen = address;
        return new Protocol();
      }
    }
    const { transport } = StringTransport.for(new Addressed(), { clock, peer });
    assert.equal(seen, peer);
    assert.equal(transport.clock, clock);
    const limited = StringTransport.for(limitConnections(new Greetings(), { max: 1 }));
    assert.ok(limited.protocol instanceof Greeter);
    assert.equal(String(limited.transport.value()), 'hello\r\n');
  });

  test('a promise of connectionMade that rejects goes to onFailure', async () => {
    class Failing extends Protocol {
      override async connectionMade(): Promise<void> {
        throw new Error('not today');
      }
    }
    const failures: unknown[] = [];
    const onFailure = (error: unknown): void => void failures.push(error);
    const { transport } = StringTransport.for(Factory.forProtocol(Failing), { onFailure });
    await new Promise((resolve) => setImmediate(resolve));
    assert.match(String(failures), /not today/);
    assert.equal(transport.disconnected, true);
  });

  test('says why there is no protocol', () => {
    class Refusing extends Factory {
      override buildProtocol(): null {
        return null;
      }
    }
    assert.throws(() => StringTransport.for(new Refusing()), /^Error: the factory refused the connection: its build/);
    assert.throws(
      () => StringTransport.for(new Factory()),
      /^TypeError: factory is an instance of Factory, which has no/,
    );
    assert.throws(
      () => Reflect.apply(StringTransport.for, StringTransport, [Greeter]),
      /^TypeError: factory is the class/,
    );
  });
});
