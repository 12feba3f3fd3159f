import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, Socket } from 'node:net';
import process from 'node:process';
import { mock, test } from 'node:test';
import { type Address, ClientFactory, ConnectionLost, Factory, Protocol, Reactor } from 'couplet';
import { Ear } from 'couplet-conformance';
import { SocketWire } from '../../src/backends/node/socket-wire.ts';
import { backendHere, native } from '../here.ts';

test('R3 what the kernel refuses, because the peer has reset the connection, was not sent: no orderly end', async () => {
  const reactor = new Reactor(backendHere());
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

/** Connects twice, and resets the first connection before it is accepted. Returns who was greeted, and the address of the second. */
async function greetLate(asks: boolean): Promise<{ greeted: string[]; second: string; reasons: string[] }> {
  const reactor = new Reactor(backendHere());
  const greeted: string[] = [];
  const reasons: string[] = [];
  class Greeting extends Protocol {
    override connectionMade(): void {
      greeted.push(`${this.transport.getPeer()}`);
      this.transport.loseConnection();
    }
    override connectionLost(reason: Error): void {
      reasons.push(reason.name);
    }
  }
  class Asking extends Factory {
    override buildProtocol(_address: Address): Greeting {
      return new Greeting();
    }
  }
  const factory = asks ? new Asking() : Factory.forProtocol(Greeting);
  const port = await reactor.listenTCP(0, factory, { interface: '127.0.0.1' });
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
  return { greeted, second: `${host}`.replace(`${host.port}`, `${localPort}`), reasons };
}

test(`R9 a peer that has reset its connection before that was accepted ${native ? 'has its address, and gets a protocol' : 'has no address, and gets no protocol'} that asks for it`, async () => {
  const { greeted, second } = await greetLate(true);
  assert.equal(greeted.pop(), second);
  if (native) assert.match(greeted.pop() ?? '', /host='127\.0\.0\.1', port=[1-9]/);
  assert.deepEqual(greeted, []);
});

test('R44 where nobody asks for the address, such a peer gets a protocol, whose connection is lost', async () => {
  const { greeted, second, reasons } = await greetLate(false);
  assert.deepEqual([greeted[1], greeted.length], [second, 2]);
  assert.equal(greeted[0], "IPv4Address(type='TCP', host='0.0.0.0', port=0)");
  assert.equal(reasons[0], 'ConnectionLost');
});

test('R3 who uploads hears why the server resets the connection', async () => {
  // It reads a little, says why it does not go on, and has unread input when it closes.
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.pause();
      socket.write('too much', () => socket.resetAndDestroy());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const { port } = address;
  const reactor = new Reactor(backendHere());
  const upload = (): Promise<string> =>
    new Promise((resolve) => {
      let heard = '';
      class Client extends Protocol {
        override connectionMade(): void {
          void this.#send();
        }
        override dataReceived(data: Buffer): void {
          heard += data;
        }
        async #send(): Promise<void> {
          do this.transport.write(Buffer.alloc(50_000));
          while (await this.transport.drained());
        }
      }
      class Clients extends ClientFactory {
        override protocol = Client;
        override clientConnectionLost(_connector: unknown, reason: Error): void {
          resolve(`${heard}, ${reason.name}`);
        }
      }
      reactor.connectTCP('127.0.0.1', port, new Clients());
    });
  const heard = new Set<string>();
  for (let round = 0; round < 20; round += 1) heard.add(await upload());
  server.close();
  assert.deepEqual([...heard], ['too much, ConnectionLost']);
});

test('R14 keepalive counts whole seconds, never fewer than were asked for', () => {
  const socket = new Socket();
  const asked = mock.method(socket, 'setKeepAlive');
  const wire = new SocketWire(socket, undefined, false);
  for (const ms of [0, 1, 500, 1000, 1999]) wire.setKeepAlive(true, ms);
  socket.destroy();
  assert.deepEqual(
    asked.mock.calls.map((call) => call.arguments),
    [0, 1000, 1000, 1000, 2000].map((ms) => [true, ms]),
  );
});

test('R3 an end that the runtime tells after this side has aborted is none', async () => {
  const socket = new Socket();
  const wire = new SocketWire(socket, undefined, true);
  const ear = new Ear(wire);
  wire.attach(ear);
  wire.abort();
  socket.emit('end');
  await ear.hears('closed');
  assert.deepEqual(ear.log, ['closed']);
});
