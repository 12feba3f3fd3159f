import assert from 'node:assert/strict';
import process from 'node:process';
import { describe, test } from 'node:test';
import { Factory, Protocol, Reactor } from 'couplet';
import { NativeBackend } from 'couplet/native';
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
    reactor.observe({ error: () => {} });
    const port = await reactor.listenTCP(0, Factory.forProtocol(Protocol), { interface: '127.0.0.1' });
    assert.ok('port' in port.getHost());
    await port.stopListening();
  });
});
