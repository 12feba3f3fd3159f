import assert from 'node:assert/strict';
import { connect } from 'node:net';
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
