import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import process from 'node:process';
import { test } from 'node:test';
import { ConnectionLost, Factory, Protocol, Reactor } from 'couplet';
import { NodeBackend } from 'couplet/node';

test('R3 what the kernel refuses, because the peer has reset the connection, was not sent: no orderly end', async () => {
  const reactor = new Reactor(new NodeBackend());
  let ended: (reason: Error) => void = () => {};
  const lost = new Promise<Error>((resolve) => {
    ended = resolve;
  });
  class Late extends Protocol {
    override readConnectionLost(): void {
      // The reset is there before the server has heard of it.
      socket.resetAndDestroy();
      this.transport.write('too late');
      this.transport.loseConnection();
    }
    override connectionLost(reason: Error): void {
      ended(reason);
    }
  }
  const port = await reactor.listenTCP(0, Factory.forProtocol(Late), { interface: '127.0.0.1' });
  const host = port.getHost();
  assert.ok(host.family === 'IPv4');
  const socket = connect({ host: host.host, port: host.port, allowHalfOpen: true });
  socket.end();
  const reason = await lost;
  await port.stopListening();
  assert.ok(reason instanceof ConnectionLost, String(reason));
});

test('R9 a peer that has reset its connection before that was accepted has no address, and gets no protocol', async () => {
  const reactor = new Reactor(new NodeBackend());
  const peers: string[] = [];
  class Greeting extends Protocol {
    override connectionMade(): void {
      peers.push(`${this.transport.getPeer()}`);
      this.transport.loseConnection();
    }
  }
  const port = await reactor.listenTCP(0, Factory.forProtocol(Greeting), { interface: '127.0.0.1' });
  const host = port.getHost();
  assert.ok(host.family === 'IPv4');
  // This process accepts nothing while it waits for the other one.
  const reset = `const socket = require('node:net').connect(${host.port}, '127.0.0.1', () => socket.resetAndDestroy())`;
  assert.equal(spawnSync(process.execPath, ['-e', reset]).status, 0);
  const socket = connect(host.port, '127.0.0.1');
  await once(socket, 'connect');
  const { localPort } = socket;
  await once(socket.resume(), 'end');
  await port.stopListening();
  assert.deepEqual(peers, [`${host}`.replace(`${host.port}`, `${localPort}`)]);
});
