import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import process from 'node:process';
import { describe, test } from 'node:test';
import { ProcessProtocol, Reactor, reactor } from 'couplet';
import { BunBackend } from 'couplet/bun';
import { runtime } from 'couplet-test/runtime';

const onLinux = runtime === 'bun' && process.platform === 'linux';

describe('BunBackend', () => {
  test('says on another runtime that it needs Bun', { skip: runtime === 'bun' && 'this is Bun' }, () => {
    assert.throws(() => new BunBackend(), /^Error: BunBackend needs Bun, and this is another runtime: use NodeBackend/);
  });

  test('RT-11 is what the package takes here, and nowhere else', () => {
    assert.equal(reactor.inspect().runtime === 'bun', runtime === 'bun');
  });

  test('R56 children leave no descriptors behind', { skip: !onLinux && 'not Bun on Linux' }, async () => {
    const own = new Reactor(new BunBackend());
    const running = own.run({ signals: false });
    const ended = (): Promise<void> =>
      new Promise((resolve) => {
        class Waiting extends ProcessProtocol {
          override processEnded(): void {
            resolve();
          }
        }
        own.spawnProcess(new Waiting(), 'true', []);
      });
    // The first one loads what the others use.
    await ended();
    const before = readdirSync('/proc/self/fd').length;
    for (let child = 0; child < 5; child += 1) await ended();
    assert.equal(readdirSync('/proc/self/fd').length, before);
    own.stop();
    await running;
  });
});
