import { listen, Protocol, reactor } from 'couplet';
import { clientFromString } from 'couplet/endpoints';
import { portForward } from 'couplet/protocols';

// #region guest
/** Tells its peer who it is, as the proxy said. */
class Guest extends Protocol {
  override connectionMade() {
    const { proxyHeader } = this.transport;
    this.transport.write(`you are ${this.transport.getPeer().authority}${proxyHeader ? ', by a proxy' : ''}\n`);
    this.transport.loseConnection();
  }
}

const behind = await listen('haproxy:trusted=127.0.0.1:tcp:0:interface=127.0.0.1', () => new Guest());
// #endregion guest
console.log(`behind a proxy on ${behind.getHost().authority}`);

// #region proxy
/** A proxy of our own: it announces itself, and passes on what comes. */
const target = clientFromString(reactor, `haproxy:version=2:tcp:${behind.getHost().authority}`);
const proxy = await listen('tcp:0:interface=127.0.0.1', portForward(target));
// #endregion proxy
console.log(`proxy on ${proxy.getHost().authority}`);
reactor.observe({ connectionRefused: (_peer, { code, message }) => console.log(`${code}: ${message}`) });
await reactor.run();
