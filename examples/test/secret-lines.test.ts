import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { connect } from 'node:tls';
import { ServerTLS } from 'couplet';
import { StringTransport } from 'couplet/testing';
import { SecretLines, SecretLinesFactory } from '../secret-lines.ts';
import { Certificate } from './certificate.ts';
import { Child } from './child.ts';
import { Peer } from './peer.ts';

/** A conversation without a network. */
async function converse(t: test.TestContext) {
  const { cert, key } = await Certificate.create(t);
  const protocol = new SecretLines();
  protocol.factory = new SecretLinesFactory(new ServerTLS({ cert, key }));
  const transport = new StringTransport();
  protocol.makeConnection(transport);
  return {
    transport,
    ask(text: string): string {
      transport.clear();
      protocol.dataReceived(Buffer.from(text));
      return transport.value().toString();
    },
  };
}

describe('secret-lines', () => {
  test('tells its secret behind TLS only, and to who has said there who it is', async (t) => {
    const { transport, ask } = await converse(t);
    assert.equal(transport.value().toString(), '220 secret lines\r\n');
    assert.equal(ask('EHLO me\r\n'), '250-STARTTLS\r\n250 SECRET\r\n');
    assert.equal(ask('SECRET\r\n'), '530 STARTTLS first\r\n');
    assert.equal(ask('starttls\r\n'), '220 go ahead\r\n');
    transport.secure({ version: 'TLSv1.3' });
    assert.equal(ask('SECRET\r\n'), '503 EHLO first\r\n');
    assert.equal(ask('EHLO you\r\nSECRET\r\n'), '250 SECRET\r\n250 only you know it, you, by TLSv1.3\r\n');
    assert.equal(ask('STARTTLS\r\n'), '503 TLS is on already\r\n');
    assert.equal(ask('HELP\r\n'), '500 the commands are EHLO, STARTTLS, SECRET and QUIT\r\n');
    assert.equal(ask('QUIT\r\nSECRET\r\n'), '221 goodbye\r\n');
    assert.equal(transport.disconnecting, true);
  });

  test('leaves what was pipelined behind STARTTLS to TLS, and reads no line of it', async (t) => {
    const { transport, ask } = await converse(t);
    assert.equal(ask('STARTTLS\r\nSECRET\r\nQUIT\r\n'), '220 go ahead\r\n');
    assert.equal(transport.turned?.unread.toString(), 'SECRET\r\nQUIT\r\n');
  });

  test('turns a real connection to TLS, refuses clear text behind the command, and ends in order', async (t) => {
    const certificate = await Certificate.create(t);
    const child = new Child(t, 'secret-lines', 0, certificate.certFile, certificate.keyFile);
    const port = Number((await child.says(/127\.0\.0\.1:(\d+)/))[1]);
    const clear = await Peer.connect(port);
    await clear.until('220 secret lines\r\n');
    assert.equal(await clear.ask('STARTTLS\r'), '220 go ahead\r\n');
    clear.socket.removeAllListeners('data');
    const socket = connect({ socket: clear.socket.setEncoding(), servername: 'localhost', ca: certificate.cert });
    await once(socket, 'secureConnect');
    const secret = new Peer(socket);
    assert.equal(await secret.ask('EHLO me\r'), '250 SECRET\r\n');
    assert.equal(await secret.ask('SECRET\r'), '250 only you know it, me, by TLSv1.3\r\n');
    assert.equal(await secret.ask('QUIT\r'), '221 goodbye\r\n');
    await secret.leave();
    const eager = await Peer.connect(port);
    eager.socket.on('error', () => {});
    eager.socket.write('STARTTLS\r\nEHLO me\r\nSECRET\r\n');
    assert.doesNotMatch(await eager.rest(), /250|530/);
    child.terminate();
    assert.equal(await child.ended(), 0);
  });
});
