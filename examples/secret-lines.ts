// STARTTLS: a conversation that begins in clear and switches to TLS, with the part of SMTP (RFC 5321, RFC 3207) that this needs.
// Try it, with a certificate as in docs/transports.md: ... examples/secret-lines.ts 8019 cert.pem key.pem, then
// openssl s_client -quiet -crlf -starttls smtp -connect 127.0.0.1:8019 -CAfile cert.pem, then SECRET

import { readFile } from 'node:fs/promises';
import { Factory, reactor, ServerTLS } from 'couplet';
import { TextLineReceiver } from 'couplet/protocols';

export class SecretLines extends TextLineReceiver<SecretLinesFactory> {
  override maxLength = 512;
  #name = '';

  override connectionMade() {
    this.sendLine('220 secret lines');
  }

  override lineReceived(line: string) {
    const [command = '', name = ''] = line.split(' ');
    switch (command.toUpperCase()) {
      case 'EHLO':
        this.#greet(name);
        break;
      case 'STARTTLS':
        this.#secure();
        break;
      case 'SECRET':
        this.sendLine(this.#secret());
        break;
      case 'QUIT':
        this.sendLine('221 goodbye');
        this.transport.loseConnection();
        break;
      default:
        this.sendLine('500 the commands are EHLO, STARTTLS, SECRET and QUIT');
    }
  }

  override handshakeCompleted() {
    this.#name = ''; // the name given in clear may be an attacker's (RFC 3207, section 4.2)
  }

  #greet(name: string) {
    this.#name = name;
    if (this.transport.tls === undefined) this.sendLine('250-STARTTLS');
    this.sendLine('250 SECRET');
  }

  #secure() {
    if (this.transport.tls === undefined) {
      this.sendLine('220 go ahead'); // the last line in clear
      this.transport.startTLS(this.factory.tls); // what the client sent after its command is refused
    } else this.sendLine('503 TLS is on already');
  }

  #secret() {
    if (this.transport.tls === undefined) return '530 STARTTLS first';
    if (this.#name === '') return '503 EHLO first';
    return `250 only you know it, ${this.#name}, by ${this.transport.tls.version}`;
  }
}

export class SecretLinesFactory extends Factory {
  override protocol = SecretLines;
  readonly tls: ServerTLS;

  constructor(tls: ServerTLS) {
    super();
    this.tls = tls;
  }
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  const [, , number = 8019, cert = 'cert.pem', key = 'key.pem'] = process.argv;
  try {
    const tls = await ServerTLS.from(async () => ({ cert: await readFile(cert), key: await readFile(key) }));
    const port = await reactor.listenTCP(Number(number), new SecretLinesFactory(tls), { interface: '127.0.0.1' });
    console.log(`Secret lines on ${port.getHost().authority}`);
    await reactor.run();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
