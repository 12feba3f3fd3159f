// A kitchen boils eggs, a guest orders one and waits. The guest connects again whenever the connection is lost, and has a mistake all the same.
// Try it: npx couplet-sim eggs.ts

import { type ClientFactory, type DelayedCall, Factory, ReconnectingClientFactory } from 'couplet';
import { TextLineReceiver } from 'couplet/protocols';
import type { SimulateOptions, World } from 'couplet/sim';

// #region eggs
export class Kitchen extends TextLineReceiver {
  readonly #eggs: DelayedCall[] = [];

  override lineReceived(minutes: string) {
    const { clock } = this.transport;
    const ready = () => this.sendLine('ready');
    this.#eggs.push(clock.callLater(Number(minutes) * 60_000, ready));
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
// #endregion eggs

// #region scenario
type Around = (factory: Breakfast) => ClientFactory;

/** A breakfast in a world; `around` puts something around the factory of the guest. */
export async function breakfast(world: World, around: Around = (factory) => factory) {
  await world.host('kitchen').run(async (reactor) => {
    await reactor.listenTCP(8017, Factory.forProtocol(Kitchen));
  });
  const factory = new Breakfast();
  const { reactor } = world.host('guest');
  reactor.connectTCP('kitchen', 8017, around(factory), { timeoutMs: 5000 });
  await world.until(() => factory.served, 1000);
}

export const options: SimulateOptions = { profile: 'storm' };
export const scenario = (world: World) => breakfast(world);
// #endregion scenario
