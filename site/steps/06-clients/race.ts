// Which address of a name is tried when. The network is simulated: no such places exist, and nothing is waited for.
// Try it: node race.ts

import { ClientFactory, Factory, Protocol, Reactor } from 'couplet';
import { simulate } from 'couplet/sim';
import type { Streams } from 'couplet/testing';

/** One attempt to connect to one address: when it began, and when and how it ended. */
export interface Attempt {
  readonly address: string;
  readonly from: number;
  to?: number;
  how?: 'connected' | 'refused';
}

/** Connects to a name with six addresses: two never answer, two refuse, two accept. */
export async function race(): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  await simulate({ seeds: [1], profile: 'calm', twice: 0 }, async (world) => {
    const [client, silent, refusing] = [world.host('client'), world.host('silent'), world.host('refusing')];
    const server = world.host('server');
    world.setConditions({ latencyMs: 20 });
    world.blackHole(client, silent);
    await server.run(async (reactor) => void (await reactor.listenTCP(8007, Factory.forProtocol(Protocol))));
    world.names.set('poems.example', [...silent.addresses, ...refusing.addresses, ...server.addresses]);

    const process = client.spawn();
    // #region watched
    const watched: Streams['connect'] = (place, outcome) => {
      const address = place.kind === 'tcp' ? place.host : place.kind;
      const attempt: Attempt = { address, from: world.now };
      attempts.push(attempt);
      const ends = (how: 'connected' | 'refused') => {
        attempt.to = world.now;
        attempt.how = how;
      };
      return process.streams.connect(place, {
        onReady: (wire) => {
          ends('connected');
          return outcome.onReady(wire);
        },
        onFailed: (cause) => {
          ends('refused');
          outcome.onFailed(cause);
        },
      });
    };
    const streams = { ...process.streams, connect: watched };
    const reactor = new Reactor({ ...process, streams });
    // #endregion watched

    const ended = reactor.run();
    const connector = reactor.connectTCP('poems.example', 8007, ClientFactory.forProtocol(Protocol));
    const { transport } = await connector.whenConnected();
    transport.loseConnection();
    reactor.stop();
    await ended;
  });
  return attempts;
}

if (import.meta.main) {
  for (const { address, from, to, how } of await race()) {
    const end = to === undefined ? 'no answer, cancelled' : `${how} at ${Math.round(to)}`;
    console.log(`${String(Math.round(from)).padStart(4)} ms  ${address.padEnd(10)}  ${end}`);
  }
}
