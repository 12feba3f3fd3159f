import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as couplet from 'couplet';

const {
  CannotListenError,
  ConnectBindError,
  ConnectError,
  ConnectionAborted,
  ConnectionClosed,
  ConnectionDone,
  ConnectionLost,
  ConnectionRefusedError,
  DNSLookupError,
  NoRouteError,
  PortDraining,
  ProcessDone,
  ProcessTerminated,
  ReactorAlreadyRunning,
  ReactorNotRunning,
  ReactorStopped,
  ProxyHeaderError,
  SpawnError,
  TimeoutError,
  TLSError,
  UserAbortError,
} = couplet;

const CAUSE = { kind: 'reset', code: 'ECONNRESET', detail: 'the peer reset it' };

describe('the reasons of an end', () => {
  test('R3 are ConnectionClosed, and no ConnectError', () => {
    for (const reason of [new ConnectionDone(), new ConnectionLost(), new ConnectionAborted()]) {
      assert.ok(reason instanceof ConnectionClosed);
      assert.ok(reason instanceof Error);
      assert.equal(reason instanceof ConnectError, false);
    }
  });

  test('R3 are none of each other', () => {
    assert.equal(new ConnectionAborted() instanceof ConnectionLost, false);
    assert.equal(new ConnectionLost() instanceof ConnectionDone, false);
    assert.equal(new ConnectionDone() instanceof ConnectionAborted, false);
  });

  test('say something of their own accord, and what they are told', () => {
    for (const Reason of [ConnectionDone, ConnectionLost, ConnectionAborted]) {
      assert.notEqual(new Reason().message, '');
      assert.equal(new Reason('why').message, 'why');
    }
    assert.equal(new ConnectionLost('reset', { cause: CAUSE }).cause, CAUSE);
  });
});

describe('the failures of an attempt', () => {
  test('R20 are ConnectError, and no ConnectionClosed', () => {
    const kinds = [
      TLSError,
      DNSLookupError,
      ConnectionRefusedError,
      NoRouteError,
      TimeoutError,
      ConnectBindError,
      UserAbortError,
      SpawnError,
    ];
    for (const Kind of kinds) {
      const error = new Kind('why', { cause: CAUSE });
      assert.ok(error instanceof ConnectError);
      assert.equal(error instanceof ConnectionClosed, false);
      assert.deepEqual([error.message, error.cause], ['why', CAUSE]);
      for (const Other of kinds) if (Other !== Kind) assert.equal(error instanceof Other, false);
    }
  });
});

describe('CannotListenError', () => {
  test('R16 names interface, port and cause', () => {
    const error = new CannotListenError('127.0.0.1', 80, 'permission denied', { cause: CAUSE });
    assert.deepEqual([error.interface, error.port, error.cause], ['127.0.0.1', 80, CAUSE]);
    assert.equal(error.message, 'cannot listen on 127.0.0.1:80: permission denied');
  });

  test('R16 has no port for a UNIX socket', () => {
    const error = new CannotListenError('/run/echo.sock', undefined, 'in use');
    assert.deepEqual([error.interface, error.port, error.cause], ['/run/echo.sock', undefined, undefined]);
    assert.equal(error.message, 'cannot listen on /run/echo.sock: in use');
  });

  test('R16 is one line, whatever the path is', () => {
    const error = new CannotListenError('/a\n\u001b[2J', undefined, 'in use');
    assert.equal(error.message, 'cannot listen on /a\\n\\u001b[2J: in use');
    assert.equal(error.interface, '/a\n\u001b[2J');
  });

  test('R16 port 0 is a port', () => {
    assert.equal(new CannotListenError('0.0.0.0', 0, 'no').message, 'cannot listen on 0.0.0.0:0: no');
  });
});

test('R49 PortDraining says how long there is time', () => {
  const error = new PortDraining(250);
  assert.deepEqual([error.name, error.code, error.leftMs], ['PortDraining', 'COUPLET_PORT_DRAINING', 250]);
  assert.match(error.message, /250 ms/);
});

test('R56 ProcessTerminated says by what a process ended', () => {
  const [failed, killed] = [new ProcessTerminated(3, undefined), new ProcessTerminated(undefined, 'SIGKILL')];
  assert.deepEqual([failed.message, failed.exitCode, failed.signal], ['the process exited with code 3', 3, undefined]);
  assert.deepEqual([killed.message, killed.exitCode], ['the process was ended by SIGKILL', undefined]);
  assert.deepEqual(
    [killed.name, killed.code, killed.signal],
    ['ProcessTerminated', 'COUPLET_PROCESS_TERMINATED', 'SIGKILL'],
  );
});

describe('every error class', () => {
  const classes = [
    ConnectError,
    ConnectBindError,
    ConnectionAborted,
    ConnectionClosed,
    ConnectionDone,
    ConnectionLost,
    ConnectionRefusedError,
    DNSLookupError,
    NoRouteError,
    ProcessDone,
    ReactorAlreadyRunning,
    ReactorNotRunning,
    ReactorStopped,
    SpawnError,
    TLSError,
    TimeoutError,
    UserAbortError,
    couplet.EndpointSyntaxError,
  ];

  for (const Class of classes) {
    test(`${Class.name} carries its own name, in its text and its stack`, () => {
      const error = new Class('why');
      assert.equal(error.name, Class.name);
      assert.equal(`${error}`, `${Class.name}: why`);
      assert.ok(error.stack?.includes('errors.test'));
    });
  }

  test('is in this list', () => {
    const exported = Object.values(couplet).filter(
      (value) => typeof value === 'function' && value.prototype instanceof Error,
    );
    assert.deepEqual(
      new Set<unknown>(exported),
      new Set<unknown>([...classes, CannotListenError, PortDraining, ProcessTerminated, ProxyHeaderError]),
    );
  });
});
