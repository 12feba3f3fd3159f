import { readFile } from 'node:fs/promises';
import { ClientTLS, connect, Factory, reactor, ServerTLS } from 'couplet';
import { TextLineReceiver } from 'couplet/protocols';

// #region server
class Desk extends TextLineReceiver<Desks> {
  #name = '';

  override lineReceived(line: string) {
    if (line === 'STARTTLS' && this.transport.tls === undefined) {
      this.sendLine('ready'); // the last line in clear
      this.transport.startTLS(this.factory.tls);
    } else if (line.startsWith('I am ')) {
      this.#name = line.slice(5);
      this.sendLine('noted');
    } else if (this.transport.tls === undefined) this.sendLine('STARTTLS first');
    else this.sendLine(`the secret, ${this.#name || 'whoever you are'}, is 42`);
  }
  override handshakeCompleted() {
    this.#name = ''; // what was said in clear may have been said by anybody
  }
}

class Desks extends Factory {
  override protocol = Desk;
  readonly tls: ServerTLS;
  constructor(tls: ServerTLS) {
    super();
    this.tls = tls;
  }
}
// #endregion server

// #region client
class Visitor extends TextLineReceiver {
  readonly #ca: Buffer;
  constructor(ca: Buffer) {
    super();
    this.#ca = ca;
  }
  override connectionMade() {
    this.sendLine('I am Alice');
    this.sendLine('what is the secret?');
    this.sendLine('STARTTLS');
  }
  override lineReceived(line: string) {
    console.log(`${this.transport.tls?.version ?? 'in clear'}: ${line}`);
    if (line === 'ready') this.transport.startTLS(new ClientTLS({ ca: this.#ca, serverName: 'localhost' }));
    if (line.startsWith('the secret')) this.transport.loseConnection();
  }
  override handshakeCompleted() {
    this.sendLine('what is the secret?');
  }
  override connectionLost(reason: Error) {
    console.log(reason.message);
    reactor.stop();
  }
}
// #endregion client

const [cert, key] = [await readFile('cert.pem'), await readFile('key.pem')];
const port = await reactor.listenTCP(0, new Desks(new ServerTLS({ cert, key })), { interface: '127.0.0.1' });
reactor.callWhenRunning(() => connect(`tcp:127.0.0.1:${port.getHost().port}`, new Visitor(cert)));
await reactor.run();
