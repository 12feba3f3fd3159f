import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { kernel } from '../../src/backends/native/kernel.ts';
import { AF_UNIX, EPOLLIN, EPOLLOUT, SOCK_STREAM } from '../../src/backends/native/linux.ts';
import { UNWATCHED, type Watched } from '../../src/backends/native/readiness.ts';
import { unixAddress } from '../../src/backends/native/socket-address.ts';

const found = kernel();
if (typeof found === 'string') throw new Error(found);
const { calls, readiness } = found;
const folder = mkdtempSync(join(tmpdir(), 'couplet-readiness-'));
after(() => rmSync(folder, { recursive: true }));

/** A descriptor, and what is done when it is ready. */
class Waiting implements Watched {
  readonly fd: number;
  interest: number = UNWATCHED;
  serial = 0;
  readonly #ready: (events: number) => void;

  constructor(fd: number, interest: number, ready: (events: number) => void) {
    assert.ok(fd >= 0, `${fd} is not a descriptor`);
    this.fd = fd;
    this.#ready = ready;
    readiness.open(this);
    assert.equal(readiness.wait(this, interest), 0);
  }

  onReady(events: number): void {
    this.#ready(events);
  }

  close(): void {
    readiness.leave(this);
    assert.equal(calls.close(this.fd), 0);
  }
}

/** Opens a socket that has this number. */
function openAs(fd: number): number {
  const others: number[] = [];
  for (;;) {
    const opened = calls.socket(AF_UNIX, SOCK_STREAM);
    if (opened === fd) {
      for (const other of others) calls.close(other);
      return fd;
    }
    assert.ok(opened >= 0 && others.length < 100, `${fd} is not free`);
    others.push(opened);
  }
}

test('what is ready is not told to a socket that has the number of one closed by what was told before', async () => {
  const path = join(folder, 'listener');
  const listener = calls.socket(AF_UNIX, SOCK_STREAM);
  assert.equal(calls.bind(listener, unixAddress(path)), 0);
  assert.equal(calls.listen(listener, 4), 0);
  const told: string[] = [];
  const opened: Waiting[] = [];
  await new Promise<void>((resolve) => {
    // Whichever is told first closes both, and opens two that have their numbers.
    const ready = (): void => {
      told.push('first');
      const fresh = opened.map((former) => {
        former.close();
        return new Waiting(openAs(former.fd), EPOLLIN, () => told.push('fresh'));
      });
      // In a later turn they are told that they are not connected.
      setImmediate(() => {
        for (const one of fresh) one.close();
        resolve();
      });
    };
    for (let count = 0; count < 2; count += 1) {
      const fd = calls.socket(AF_UNIX, SOCK_STREAM);
      assert.equal(calls.connect(fd, unixAddress(path)), 0);
      opened.push(new Waiting(fd, EPOLLOUT, ready));
    }
  });
  assert.deepEqual(told, ['first']);
  calls.close(listener);
});
