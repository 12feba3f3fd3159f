import assert from 'node:assert/strict';
import process from 'node:process';
import { describe, test } from 'node:test';
import { ClientFactory, Factory, Protocol, Reactor } from 'couplet';
import { NativeBackend } from 'couplet/native';
import { Echo } from 'couplet/protocols';
import { runtime } from 'couplet-test/runtime';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const able = runtime === 'node' && process.platform === 'linux' && (major > 26 || (major === 26 && minor >= 1));

describe('NativeBackend', () => {
  test('is that of the kernel where there is node:ffi, and says elsewhere why it is not', () => {
    const { name, unavailable } = new NativeBackend();
    if (able) assert.deepEqual([name, unavailable], ['native', undefined]);
    else {
      assert.equal(name, 'node');
      assert.match(
        unavailable ?? '',
        runtime === 'node' ? /^it needs node:ffi, and Node \S+ does not have that/ : /^it needs Node/,
      );
    }
  });

  test('serves everywhere', async () => {
    const reactor = new Reactor(new NativeBackend());
    const errors: string[] = [];
    reactor.observe({ error: ({ error }) => errors.push(error instanceof Error ? error.message : String(error)) });
    const port = await reactor.listenTCP(0, Factory.forProtocol(Echo), { interface: '127.0.0.1' });
    const answer = await new Promise<string>((resolve) => {
      class Asker extends Protocol {
        override connectionMade(): void {
          this.transport.write('hello');
        }
        override dataReceived(data: Buffer): void {
          resolve(data.toString());
          this.transport.loseConnection();
        }
      }
      reactor.connectTCP('127.0.0.1', port.getHost().port, ClientFactory.forProtocol(Asker));
    });
    await port.stopListening();
    const { unavailable } = new NativeBackend();
    assert.deepEqual([answer, errors], ['hello', able ? [] : [`the sockets are those of node:net: ${unavailable}`]]);
  });
});
