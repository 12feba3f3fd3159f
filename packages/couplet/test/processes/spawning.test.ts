import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ClientFactory, ProcessProtocol, Protocol, Reactor, SpawnError } from 'couplet';
import type { ProcessPlace } from 'couplet/testing';
import { ProcessActor } from 'couplet-conformance';
import { FakeBackend } from '../fake-backend.ts';
import { call, typeError } from '../misuse/calling.ts';

/** A backend that writes down what it is to start, and never tells. */
class Starting extends FakeBackend {
  readonly started: ProcessPlace[] = [];
  readonly processes = { spawn: (place: ProcessPlace): void => void this.started.push(place) };
}

class Counter extends ProcessProtocol {}

const NUL = '\0';

describe('R56 spawnProcess', () => {
  const backend = new Starting();
  const reactor = new Reactor(backend);

  test('hands on what it was given, and copies what could change', () => {
    const args = ['-l', ''];
    const env = { LANG: 'C' };
    const protocol = new Counter();
    const transport = reactor.spawnProcess(protocol, 'ls', args, { cwd: '/tmp', env, detached: true });
    args.push('more');
    Object.assign(env, { MORE: '1' });
    assert.equal(protocol.transport, transport);
    const place = { command: 'ls', args: ['-l', ''], cwd: '/tmp', env: { LANG: 'C' }, detached: true };
    assert.deepEqual(backend.started, [{ ...place, standardError: 'wire' }]);
  });

  test('has defaults', () => {
    backend.started.length = 0;
    call(reactor.spawnProcess, reactor, new Counter(), 'ls');
    const place = { command: 'ls', args: [], cwd: undefined, env: undefined, detached: false, standardError: 'wire' };
    assert.deepEqual(backend.started, [place]);
  });

  const wrong: readonly [args: readonly unknown[], name: string, message: RegExp][] = [
    [[Counter, 'ls', []], 'TypeError', /^protocol is the class Counter, not a ProcessProtocol: write new Counter\(\)$/],
    [[new Protocol(), 'ls', []], 'TypeError', /^protocol is an instance of Protocol, not a ProcessProtocol$/],
    [[undefined, 'ls', []], 'TypeError', /^protocol is undefined, not a ProcessProtocol$/],
    [[new Counter(), 7, []], 'TypeError', /^command is the number 7, not a string such as 'cat'$/],
    [[new Counter(), '', []], 'RangeError', /^command is empty, not a command such as 'cat'$/],
    [[new Counter(), `a${NUL}b`, []], 'RangeError', /^command is the string 'a\\u0000b': it contains a NUL byte$/],
    [[new Counter(), 'ls', '-l'], 'TypeError', /^args is the string '-l', not an array such as \['-l'\]$/],
    [[new Counter(), 'ls', ['-l', 7]], 'TypeError', /^args\[1\] is the number 7, not a string such as '-l'$/],
    [[new Counter(), 'ls', [NUL]], 'RangeError', /^args\[0\] is .*: it contains a NUL byte$/],
    [[new Counter(), 'ls', [], null], 'TypeError', /^options is null, not an object such as \{ cwd: '\/tmp' \}$/],
    [[new Counter(), 'ls', [], { cwd: 7 }], 'TypeError', /^cwd is the number 7/],
    [[new Counter(), 'ls', [], { env: 'A=1' }], 'TypeError', /^env is the string 'A=1', not an object such as/],
    [[new Counter(), 'ls', [], { env: { A: 1 } }], 'TypeError', /^env\.A is the number 1, not a string/],
    [[new Counter(), 'ls', [], { env: { 'A=B': '1' } }], 'RangeError', /^env has the string 'A=B', which cannot be/],
    [[new Counter(), 'ls', [], { detached: 1 }], 'TypeError', /^detached is the number 1, not true or false$/],
    [
      [new Counter(), 'ls', [], { pipeTimeoutMs: -1 }],
      'RangeError',
      /^pipeTimeoutMs is -1, not a number of at least 0$/,
    ],
    [[new Counter(), 'ls', [], { env: ['LANG=C'] }], 'TypeError', /^env is an array, not an object such as/],
    [[new Counter(), 'ls', [], { maxWriteBufferBytes: Number.NaN }], 'RangeError', /^maxWriteBufferBytes is NaN/],
  ];
  for (const [args, name, message] of wrong)
    test(`refuses: ${message.source}`, () => {
      backend.started.length = 0;
      assert.throws(() => call(reactor.spawnProcess, reactor, ...args), { name, message });
      assert.deepEqual(backend.started, []);
    });

  test('connectProcess refuses the same, and a killTimeoutMs that is not a number of at least 0', () => {
    const factory = ClientFactory.forProtocol(Protocol);
    const connect = (...args: unknown[]) => call(reactor.connectProcess, reactor, ...args);
    assert.throws(() => connect('cat', '-n', factory), typeError(/^args is the string '-n'/));
    assert.throws(() => connect('cat', [], Protocol), typeError(/^factory is the class Protocol, not a ClientFactory/));
    assert.throws(() => connect('cat', [], factory, { killTimeoutMs: '5' }), {
      message: /^killTimeoutMs is the string '5'/,
    });
  });

  test('fails where the runtime has no processes, and names it', async () => {
    const bare = new FakeBackend();
    const actor = new ProcessActor();
    new Reactor(bare).spawnProcess(actor, 'ls', []);
    assert.deepEqual(actor.log, []);
    bare.runYielded();
    assert.ok(actor.reason instanceof SpawnError);
    assert.equal(actor.reason.message, "cannot start 'ls': the runtime 'fake' cannot start processes");
    assert.deepEqual(actor.log, ['ended']);
  });

  test('a command with blanks that does not exist is told how arguments are passed', () => {
    const failing = new FakeBackend();
    const cause = { kind: 'other', code: 'ENOENT', detail: 'no such file or directory' } as const;
    const actor = new ProcessActor();
    const backend = {
      ...failing,
      name: 'failing',
      processes: { spawn: (_place: unknown, sink: { onFailed(why: typeof cause): void }) => sink.onFailed(cause) },
    };
    new Reactor(backend).spawnProcess(actor, 'ls -l', []);
    assert.match(actor.reason?.message ?? '', /^cannot start 'ls -l': .* \(its arguments are passed apart, in args\)$/);
    assert.equal(actor.reason?.cause, cause);
  });
});
