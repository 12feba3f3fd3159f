import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { ConnectionLost, Factory, Protocol, Reactor } from 'couplet';
import { NodeBackend } from 'couplet/node';

test('R3 what the kernel refuses, because the peer has reset the connection, was not sent: no orderly end', async () => {
  const reactor = new Reactor(new NodeBackend());
  const reasons: Error[] = [];
  let halfClosed: (protocol: Protocol) => void = () => {};
  const served = new Promise<Protocol>((resolve) => {
    halfClosed = resolve;
  });
  class Late extends Protocol {
    override readConnectionLost(): void {
      halfClosed(this);
    }
    override connectionLost(reason: Error): void {
      reasons.push(reason);
    }
  }
  const port = await reactor.listenTCP(0, Factory.forProtocol(Late), { interface: '127.0.0.1' });
  const host = port.getHost();
  assert.ok(host.family === 'IPv4');
  const socket = connect({ host: host.host, port: host.port, allowHalfOpen: true });
  socket.end();
  const late = await served;
  // The reset is there before the server has heard of it.
  socket.resetAndDestroy();
  late.transport.write('too late');
  late.transport.loseConnection();
  await once(socket, 'close');
  await port.stopListening();
  while (reasons.length === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(reasons[0] instanceof ConnectionLost, String(reasons[0]));
});
