import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, test } from 'node:test';
import { ClientFactory, Factory, Protocol, Reactor, ServerTLS } from 'couplet';
import { LineReceiver } from 'couplet/protocols';
import { SocketPeer } from 'couplet/testing';
import { backendHere } from '../here.ts';
import { Authority } from './certificates.ts';

class Mail extends LineReceiver<MailFactory> {
  override lineReceived(line: Buffer): void {
    const word = String(line);
    if (word === 'STARTTLS') {
      this.sendLine('go ahead');
      this.transport.startTLS(this.factory.tls);
    } else if (word === 'QUIT') {
      this.sendLine('bye');
      this.transport.loseConnection();
    } else if (word === 'RESET') this.transport.abortConnection();
    else this.sendLine(`${word} ${this.transport.tls === undefined ? 'in clear' : 'in secret'}`);
  }
}

class MailFactory extends Factory {
  override protocol = Mail;
  readonly tls: ServerTLS;
  constructor(tls: ServerTLS) {
    super();
    this.tls = tls;
  }
}

const authority = await Authority.create();
const { cert, key } = await authority.certify(['localhost']);

async function visit(): Promise<{ peer: SocketPeer; port: number } & AsyncDisposable> {
  const reactor = new Reactor(backendHere());
  const listening = await reactor.listenTCP(0, new MailFactory(new ServerTLS({ cert, key })), {
    interface: '127.0.0.1',
  });
  const port = Number(listening.getHost().authority.split(':')[1]);
  const peer = await SocketPeer.connect(port);
  const close = async (): Promise<void> => {
    await peer[Symbol.asyncDispose]();
    await listening.stopListening();
  };
  return { peer, port, [Symbol.asyncDispose]: close };
}

describe('R64 SocketPeer', () => {
  test('R64 sends, and reads what comes in parts', async () => {
    await using visited = await visit();
    const { peer } = visited;
    peer.send('one\r\n');
    peer.send(Buffer.from('two\r\nQUIT\r\n'));
    assert.equal(await peer.until('\r\n'), 'one in clear\r\n');
    assert.equal(String(await peer.read(3)), 'two');
    assert.equal(String(await peer.read(0)), '');
    assert.equal(String(await peer.rest()), ' in clear\r\nbye\r\n');
    peer.end();
    await once(peer.socket, 'close');
  });

  test('R64 speaks TLS when it is told to, and verifies the server', async () => {
    await using visited = await visit();
    const { peer } = visited;
    peer.send('STARTTLS\r\n');
    await peer.until('ahead\r\n');
    await peer.secure({ ca: authority.ca, serverName: 'localhost' });
    peer.send('one\r\nQUIT\r\n');
    assert.equal(await peer.until('\r\n'), 'one in secret\r\n');
    assert.equal(String(await peer.rest()), 'bye\r\n');

    await using stranger = await SocketPeer.connect({ host: '127.0.0.1', port: visited.port });
    stranger.send('STARTTLS\r\n');
    await stranger.until('\r\n');
    const other = await Authority.create('another');
    await assert.rejects(stranger.secure({ ca: other.ca, serverName: 'localhost' }), { code: /CERT|SIGN|ISSUER/ });
  });

  test('R64 an end before what was asked for says what came, and a reset is an error', async () => {
    await using visited = await visit();
    const { peer, port } = visited;
    peer.send('QUIT\r\n');
    await assert.rejects(peer.until('never'), { message: 'the end came before "never", after "bye\\r\\n"' });
    await assert.rejects(peer.read(6), { message: 'the end came before 6 bytes, after "bye\\r\\n"' });
    assert.equal(String(await peer.rest()), 'bye\r\n');
    assert.equal(String(await peer.rest()), '');
    await using cut = await SocketPeer.connect(port);
    cut.send('RESET\r\n');
    await assert.rejects(cut.rest(), { code: 'ECONNRESET' });
    await using busy = await SocketPeer.connect(port);
    const waiting = busy.read(14);
    await assert.rejects(busy.until('x'), /^Error: the peer is being read already/);
    busy.send('three\r\n');
    assert.equal(String(await waiting), 'three in clear');
    await assert.rejects(busy.read(-1), RangeError);
    await assert.rejects(busy.until(''), RangeError);
  });

  test('R64 takes a socket that a server accepted, and tells why it cannot connect', async () => {
    const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    const reactor = new Reactor(backendHere());
    const accepted = once(server, 'connection');
    class Asking extends Protocol {
      override connectionMade(): void {
        this.transport.write('what?');
        this.transport.loseConnection();
      }
    }
    reactor.connectTCP('127.0.0.1', address.port, ClientFactory.forProtocol(Asking));
    const [socket] = await accepted;
    await using peer = new SocketPeer(socket);
    assert.equal(String(await peer.rest()), 'what?');
    server.close();
    await peer[Symbol.asyncDispose]();
    await assert.rejects(SocketPeer.connect(address.port), { code: 'ECONNREFUSED' });
    await assert.rejects(SocketPeer.connect('/nowhere/at.sock'), { code: 'ENOENT' });
  });
});
