import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ClientFactory, Protocol, Reactor } from 'couplet';
import { ChildBackend, type FakeChild } from './fake-child.ts';

const DONE = { kind: 'done', code: '', detail: '' } as const;

class Idle extends Protocol {
  override readConnectionLost(): void {}
}

/** A process with a connection, both of which do what a test says. */
function scene(killTimeoutMs?: number): { backend: ChildBackend; child: FakeChild; protocol: Idle } {
  const backend = new ChildBackend();
  const protocol = new Idle();
  class Single extends ClientFactory {
    override buildProtocol(): Idle {
      return protocol;
    }
  }
  const options = killTimeoutMs === undefined ? {} : { killTimeoutMs };
  new Reactor(backend).connectProcess('cat', [], new Single(), options);
  return { backend, child: backend.start(), protocol };
}

/** The process has closed its output; its input is closed by this side. */
function endOutput({ sink }: FakeChild): void {
  sink.stdout.onEof();
}

function closePipes({ sink }: FakeChild): void {
  sink.stdin.onClosed(DONE);
  sink.stdout.onClosed(DONE);
}

describe('R56 how long a process may outlive its connection', () => {
  test('killTimeoutMs after the end of its output, then as long until SIGKILL', () => {
    const { backend, child, protocol } = scene();
    endOutput(child);
    protocol.transport.loseConnection();
    backend.runDeferred();
    closePipes(child);
    backend.advance(4999);
    assert.deepEqual(child.signals, []);
    backend.advance(1);
    assert.deepEqual(child.signals, ['SIGTERM']);
    backend.advance(4999);
    assert.deepEqual(child.signals, ['SIGTERM']);
    backend.advance(1);
    assert.deepEqual(child.signals, ['SIGTERM', 'SIGKILL']);
  });

  test('killTimeoutMs after loseConnection, if the output goes on', () => {
    const { backend, child, protocol } = scene(1000);
    protocol.transport.loseConnection();
    backend.runDeferred();
    backend.advance(900);
    assert.deepEqual(child.signals, []);
    // Waits end together, up to 100 ms late.
    backend.advance(200);
    assert.deepEqual(child.signals, ['SIGTERM']);
  });

  test('not at all while only its input has ended', () => {
    const { backend, child, protocol } = scene(1000);
    protocol.transport.loseWriteConnection();
    backend.runDeferred();
    child.sink.stdin.onClosed(DONE);
    backend.advance(100_000);
    assert.deepEqual(child.signals, []);
    endOutput(child);
    child.sink.stdout.onClosed(DONE);
    backend.runDeferred();
    backend.advance(999);
    assert.deepEqual(child.signals, []);
    backend.advance(1);
    assert.deepEqual(child.signals, ['SIGTERM']);
  });

  test('without end if killTimeoutMs is Infinity', () => {
    const { backend, child, protocol } = scene(Number.POSITIVE_INFINITY);
    endOutput(child);
    protocol.transport.loseConnection();
    backend.runDeferred();
    closePipes(child);
    backend.advance(1_000_000);
    assert.deepEqual(child.signals, []);
  });

  test('a process that has exited gets no signal, and leaves no timer', () => {
    const { backend, child, protocol } = scene();
    endOutput(child);
    protocol.transport.loseConnection();
    backend.runDeferred();
    child.sink.onExited({ exitCode: 1, signal: undefined });
    closePipes(child);
    assert.equal(backend.alarmAt, undefined);
    backend.advance(100_000);
    assert.deepEqual(child.signals, []);
  });

  test('one that may not be killed is let go', () => {
    const { backend, child, protocol } = scene(0);
    child.signal = (name) => {
      child.signals.push(name);
      return false;
    };
    protocol.transport.abortConnection();
    backend.runDeferred();
    closePipes(child);
    backend.advance(1);
    assert.deepEqual(child.signals, ['SIGTERM', 'SIGKILL', 'released']);
  });
});
