import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { before, describe, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { connect as connectTLS, TLSSocket as Secure } from 'node:tls';
import type { ServerTLSOptions } from 'couplet';
import {
  ClientFactory,
  ClientTLS,
  ConnectionDone,
  ConnectionLost,
  Factory,
  open,
  ServerTLS,
  serve,
  TimeoutError,
} from 'couplet';
import { FramingError } from 'couplet/framing';
import { LineReceiver } from 'couplet/protocols';
import { runtime } from 'couplet-test/runtime';
import type { Identity } from './certificates.ts';
import { Authority } from './certificates.ts';
import { numberOf, secured, TLSStage } from './tls-stage.ts';

/** A line protocol that turns to TLS when it is told to, and answers every other line with what it heard, and how. */
class Mail extends LineReceiver<MailFactory> {
  readonly heard: string[] = [];
  reason: Error | undefined;

  override connectionMade(): void {
    this.sendLine('220 ready');
  }

  override lineReceived(line: Buffer): void {
    this.heard.push(`${line}`);
    if (`${line}` === 'STARTTLS') {
      this.sendLine('220 go ahead');
      this.transport.startTLS(this.factory.tls);
      this.sendLine('220 secret');
    } else this.sendLine(`250 ${line} ${this.transport.tls === undefined ? 'in clear' : 'in secret'}`);
  }

  override connectionLost(reason: Error): void {
    this.reason = reason;
    this.factory.lost();
  }
}

class MailFactory extends Factory {
  readonly served: Mail[] = [];
  readonly tls: ServerTLS;
  lost: () => void = () => {};

  constructor(options: ServerTLSOptions) {
    super();
    this.tls = new ServerTLS(options);
  }

  override buildProtocol(): Mail {
    const mail = new Mail();
    this.served.push(mail);
    return mail;
  }
}

/** The lines that come, one at a time. */
async function* linesOf(socket: Socket): AsyncGenerator<string, void> {
  let text = '';
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    text += chunk;
    for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
      yield text.slice(0, end);
      text = text.slice(end + 2);
    }
  }
}

async function next(lines: AsyncGenerator<string, void>): Promise<string | undefined> {
  const { value } = await lines.next();
  return value ?? undefined;
}

describe('STARTTLS', { timeout: 30_000 }, () => {
  let ca: string;
  let local: Identity;

  before(async () => {
    const authority = await Authority.create();
    ca = authority.ca;
    local = await authority.certify(['localhost', '127.0.0.1']);
  });

  async function serveMail(options: Partial<ServerTLSOptions> = {}): Promise<{
    factory: MailFactory;
    number: number;
    lost: Promise<void>;
    stop: () => Promise<void>;
  }> {
    const { reactor } = new TLSStage();
    const factory = new MailFactory({ ...local, ...options });
    const lost = new Promise<void>((resolve) => {
      factory.lost = resolve;
    });
    const port = await reactor.listenTCP(0, factory, { interface: '127.0.0.1' });
    return { factory, number: numberOf(port), lost, stop: () => port.stopListening() };
  }

  /** A client that has asked for TLS, and been told to go ahead. */
  async function asked(number: number, behind = ''): Promise<Socket> {
    const socket = connect({ port: number, host: '127.0.0.1' });
    const lines = linesOf(socket);
    assert.equal(await next(lines), '220 ready');
    socket.write('EHLO me\r\n');
    assert.equal(await next(lines), '250 EHLO me in clear');
    socket.write(`STARTTLS\r\n${behind}`);
    assert.equal(await next(lines), '220 go ahead');
    return socket;
  }

  test('R37 a server turns to TLS in mid-stream; what it wrote before is in clear, what it wrote after is not', async () => {
    const { factory, number, lost, stop } = await serveMail();
    const socket: TLSSocket = await secured(connectTLS({ socket: await asked(number), ca, servername: 'localhost' }));
    const lines = linesOf(socket);
    assert.equal(await next(lines), '220 secret');
    socket.write('EHLO again\r\n');
    assert.equal(await next(lines), '250 EHLO again in secret');
    socket.end();
    await lost;
    await stop();
    assert.deepEqual(factory.served[0]?.heard, ['EHLO me', 'STARTTLS', 'EHLO again']);
    assert.ok(factory.served[0]?.reason instanceof ConnectionDone);
  });

  test('R37 what is pipelined in clear behind the command is refused: no line of it is heard', async () => {
    const { factory, number, lost, stop } = await serveMail();
    const socket = await asked(number, 'RCPT TO:<me>\r\nDATA\r\n');
    socket.on('error', () => {});
    await lost;
    await stop();
    assert.deepEqual(factory.served[0]?.heard, ['EHLO me', 'STARTTLS']);
    assert.ok(factory.served[0]?.reason instanceof ConnectionLost, String(factory.served[0]?.reason));
    assert.match(String(factory.served[0]?.reason?.message), /wrong version number|packet length|http request|record/i);
  });

  test('R37 what is sent in clear after the command, instead of a handshake, is refused', async () => {
    const { factory, number, lost, stop } = await serveMail();
    const socket = await asked(number);
    socket.on('error', () => {});
    socket.write('RCPT TO:<me>\r\nDATA\r\n');
    await lost;
    await stop();
    assert.deepEqual(factory.served[0]?.heard, ['EHLO me', 'STARTTLS']);
    assert.ok(factory.served[0]?.reason instanceof ConnectionLost);
  });

  test('R37 a handshake that never comes ends the connection with a TimeoutError', async () => {
    const { factory, number, lost, stop } = await serveMail({ handshakeTimeoutMs: 50 });
    const socket = await asked(number);
    socket.on('error', () => {});
    await lost;
    await stop();
    assert.ok(factory.served[0]?.reason instanceof TimeoutError);
  });

  test('R37 a peer that leaves instead of shaking hands ends the connection, not in order', async () => {
    const { factory, number, lost, stop } = await serveMail();
    const socket = await asked(number);
    socket.end();
    await lost;
    await stop();
    assert.ok(factory.served[0]?.reason instanceof ConnectionLost, String(factory.served[0]?.reason));
  });

  test('R37 connections of the promise face turn to TLS, and know when they have', async () => {
    const { reactor } = new TLSStage();
    const tls = new ServerTLS(local);
    const said: (string | boolean | undefined)[] = [];
    const port = await serve(
      'tcp:0:interface=127.0.0.1',
      async (connection) => {
        const lines = connection.lines();
        said.push((await lines.next()).value);
        await connection.write('go ahead\n');
        const secured = await connection.startTLS(tls);
        said.push(secured, connection.tls?.version);
        if (secured) said.push((await connection.lines({ delimiter: '\n' }).next()).value);
      },
      { reactor },
    );
    const client = await open(`tcp:127.0.0.1:${numberOf(port)}`, { reactor });
    await client.write('STARTTLS\r\n');
    assert.equal((await client.lines({ delimiter: '\n' }).next()).value, 'go ahead');
    assert.equal(await client.startTLS(new ClientTLS({ ca, serverName: 'localhost' })), true);
    await client.write('secret\n');
    client.close();
    await client.closed;
    assert.deepEqual(said, ['STARTTLS', true, 'TLSv1.3', 'secret']);
    const plain = await open(`tcp:127.0.0.1:${numberOf(port)}`, { reactor });
    await plain.write('STARTTLS\r\n in clear\r\n');
    const answers: string[] = [];
    try {
      for await (const line of plain.lines({ delimiter: '\n' })) answers.push(line);
    } catch (error) {
      // Bun answers with an alert, which is no line.
      assert.ok(runtime === 'bun' && error instanceof FramingError, String(error));
    }
    plain.close();
    await plain.closed;
    assert.deepEqual(answers, ['go ahead']);
    await port.stopListening();
    assert.deepEqual(said.slice(4), ['STARTTLS', false, undefined]);
  });

  test('R37 a client turns to TLS in mid-stream, towards a foreign server whose hello is on the way', async () => {
    const server = createServer((raw) => {
      raw.write('220 ready\r\n');
      raw.once('data', () => {
        raw.write('220 go ahead\r\n');
        const secure = new Secure(raw, { isServer: true, ...local });
        secure.write('220 secret\r\n');
        secure.on('error', () => {});
        secure.on('data', (data) => secure.end(`250 ${data}`));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    const log: string[] = [];
    let lost: (reason: Error) => void = () => {};
    const ended = new Promise<Error>((resolve) => {
      lost = resolve;
    });
    class Sender extends LineReceiver {
      override lineReceived(line: Buffer): void {
        log.push(`${line} ${this.transport.tls?.version ?? 'in clear'}`);
        if (`${line}` === '220 ready') this.sendLine('STARTTLS');
        if (`${line}` === '220 go ahead') {
          this.transport.startTLS(new ClientTLS({ ca, serverName: 'localhost' }));
          this.sendLine('EHLO');
        }
      }
      override handshakeCompleted(): void {
        log.push(`secured ${this.transport.tls?.peerCertificate?.subject}`);
      }
      override connectionLost(reason: Error): void {
        lost(reason);
      }
    }
    const { reactor } = new TLSStage();
    reactor.connectTCP('127.0.0.1', address.port, ClientFactory.forProtocol(Sender));
    const reason = await ended;
    server.close();
    assert.deepEqual(log, [
      '220 ready in clear',
      '220 go ahead in clear',
      'secured CN=localhost',
      '220 secret TLSv1.3',
      '250 EHLO TLSv1.3',
    ]);
    assert.ok(reason instanceof ConnectionDone, String(reason));
  });
});
