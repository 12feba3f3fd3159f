// A kitchen says when an egg is ready; a guest orders one and waits, connecting again whenever the connection is lost. The guest has a
// mistake that unit tests do not show and the simulated network does: see test/egg-timer.test.ts and docs/simulation.md.
// Try it: nc -C 127.0.0.1 8017, then 1 for an egg of one minute

import type { DelayedCall } from 'couplet';
import { Factory, ReconnectingClientFactory, reactor } from 'couplet';
import { TextLineReceiver } from 'couplet/protocols';

export class Kitchen extends TextLineReceiver {
  #eggs: DelayedCall[] = [];

  override lineReceived(minutes: string) {
    this.#eggs.push(this.transport.clock.callLater(Number(minutes) * 60_000, () => this.sendLine('ready')));
  }

  override connectionLost() {
    for (const egg of this.#eggs) egg.cancel();
  }
}

export class Guest extends TextLineReceiver<Breakfast> {
  override connectionMade() {
    this.sendLine('3');
  }

  override lineReceived() {
    this.factory.served = true;
    this.factory.stopTrying();
    this.transport.loseConnection();
  }
}

export class Breakfast extends ReconnectingClientFactory {
  override protocol = Guest;
  served = false;
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  const port = await reactor.listenTCP(Number(process.argv[2] ?? 8017), Factory.forProtocol(Kitchen), {
    interface: '127.0.0.1',
  });
  console.log(`Kitchen on ${port.getHost().authority}`);
  await reactor.run();
}
