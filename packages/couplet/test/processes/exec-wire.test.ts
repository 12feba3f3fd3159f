import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Cause, Child, Sink } from 'couplet/testing';
import { ExecWire } from '../../src/processes/exec-wire.ts';
import { FakeWire } from '../fake-wire.ts';

const DONE: Cause = { kind: 'done', code: '', detail: '' };
const BROKEN: Cause = { kind: 'reset', code: 'EPIPE', detail: 'broken pipe' };

/** A wire of a process, and what its connection is told. */
function scene() {
  const told: string[] = [];
  const wanted: string[] = [];
  const deferred: (() => void)[] = [];
  const [stdin, stdout] = [new FakeWire(), new FakeWire()];
  const child: Child = { pid: 1, stdin, stdout, stderr: undefined, signal: () => true, release: () => {} };
  const wire = new ExecWire(child, {
    inputEnds: () => void wanted.push('input ends'),
    left: (outputEnded) => void wanted.push(outputEnded ? 'left behind the end' : 'left'),
    aborted: () => void wanted.push('aborted'),
    defer: (task) => void deferred.push(task),
  });
  const sink: Sink = {
    onData: (chunk) => void told.push(`data ${chunk}`),
    onEof: () => void told.push('end'),
    onWritable: () => void told.push('writable'),
    onWriteFailed: () => void told.push('write failed'),
    onSecured: () => sink,
    onClosed: ({ kind }) => void told.push(`closed ${kind}`),
  };
  wire.sink = sink;
  const sinks = wire.sinks(() => {});
  const settle = (): void => {
    for (const task of deferred.splice(0)) task();
  };
  return { wire, stdin, told, wanted, settle, input: sinks.stdin, output: sinks.stdout };
}

describe('the wire of a process', () => {
  test('R56 what it holds is taken when the process closes its input', () => {
    const { wire, stdin, told, input } = scene();
    stdin.answers.push(false);
    assert.equal(wire.write(Buffer.from('verse')), false);
    input.onWriteFailed(BROKEN);
    assert.deepEqual(told, ['writable']);
    assert.equal(wire.write(Buffer.from('verse')), true);
    assert.equal(stdin.writes, 1);
    input.onClosed(BROKEN);
    assert.deepEqual(told, ['writable']);
  });

  test('R56 it is closed when both directions are, and says so once', () => {
    const { wire, told, wanted, settle, input, output } = scene();
    output.onData(Buffer.from('verse'));
    output.onEof();
    output.onClosed(DONE);
    assert.deepEqual(told, ['data verse', 'end']);
    wire.close();
    wire.close();
    wire.abort();
    settle();
    assert.deepEqual(wanted, ['left behind the end']);
    input.onClosed(DONE);
    settle();
    assert.deepEqual(told, ['data verse', 'end', 'closed done']);
  });

  test('R56 an output that breaks closes it, with that cause', () => {
    const { told, wanted, settle, input, output } = scene();
    output.onClosed({ kind: 'other', code: 'EIO', detail: 'i/o error' });
    assert.deepEqual([told, wanted], [[], ['left']]);
    input.onClosed(DONE);
    settle();
    assert.deepEqual(told, ['closed other']);
  });

  test('R56 what was closed before is told behind the call', () => {
    const { wire, told, wanted, settle, input, output } = scene();
    input.onClosed(DONE);
    output.onEof();
    wire.abort();
    output.onClosed(DONE);
    assert.deepEqual(told, ['end', 'closed done']);
    settle();
    assert.deepEqual([told, wanted], [['end', 'closed done'], ['aborted']]);
  });

  test('R56 TLS closes it', () => {
    const { wire, told, settle, input, output } = scene();
    wire.startTls();
    assert.deepEqual(told, []);
    input.onClosed(DONE);
    output.onClosed(DONE);
    settle();
    assert.deepEqual(told, ['closed tls']);
  });
});
