// #region order
import { ClientFactory, Factory, Protocol, reactor } from 'couplet';

/** Notes what is called, in order. */
const notes = { server: [] as string[], client: [] as string[] };

class Server extends Protocol {
  override connectionMade() {
    notes.server.push('connectionMade');
  }
  override dataReceived(data: Buffer) {
    notes.server.push(`dataReceived ${data}`);
    this.transport.write('answer');
  }
  override readConnectionLost() {
    notes.server.push('readConnectionLost');
    this.transport.loseConnection();
  }
  override leaving() {
    notes.server.push('leaving');
  }
  override connectionLost(reason: Error) {
    notes.server.push(`connectionLost ${reason.name}`);
  }
}
class Servers extends Factory {
  override startFactory() {
    notes.server.push('startFactory');
  }
  override buildProtocol() {
    notes.server.push('buildProtocol');
    return new Server();
  }
  override stopFactory() {
    notes.server.push('stopFactory');
  }
}

class Client extends Protocol {
  override connectionMade() {
    notes.client.push('connectionMade');
    this.transport.write('question');
    this.transport.loseWriteConnection();
  }
  override writeConnectionLost() {
    notes.client.push('writeConnectionLost');
  }
  override dataReceived(data: Buffer) {
    notes.client.push(`dataReceived ${data}`);
  }
  override leaving() {
    notes.client.push('leaving');
  }
  override connectionLost(reason: Error) {
    notes.client.push(`connectionLost ${reason.name}`);
  }
}
class Clients extends ClientFactory {
  override startFactory() {
    notes.client.push('startFactory');
  }
  override startedConnecting() {
    notes.client.push('startedConnecting');
  }
  override buildProtocol() {
    notes.client.push('buildProtocol');
    return new Client();
  }
  override clientConnectionLost() {
    notes.client.push('clientConnectionLost');
    reactor.callLater(0, () => reactor.stop());
  }
  override stopFactory() {
    notes.client.push('stopFactory');
  }
}
// #endregion order

const port = await reactor.listenTCP(0, new Servers(), { interface: '127.0.0.1' });
reactor.connectTCP('127.0.0.1', port.getHost().port, new Clients());
await reactor.run();
console.log(`server: ${notes.server.join(', ')}`);
console.log(`client: ${notes.client.join(', ')}`);
