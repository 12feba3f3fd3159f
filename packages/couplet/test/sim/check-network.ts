import { describe, test } from 'node:test';
import { Reactor } from 'couplet';
import type { Conditions, Host, HostProcess, World } from 'couplet/sim';
import { simulate } from 'couplet/sim';
import type { Backend } from 'couplet/testing';
import { type BackendUnderTest, checkBackend } from 'couplet-conformance';
import { issue } from '../../src/sim/certificate.ts';
import { Process } from '../../src/sim/process.ts';
import { addCommands, commandOf } from './commands.ts';

const { cert, key, ca } = issue({ names: ['127.0.0.1'] }, 1);
const TLS = { server: { cert, key }, client: { ca } };

/** Half of these is played without an engine, which is given fewer connections than its process. */
const BARE = /^R25 a handshake with a silent (client|server) ends at once with the reactor/;

/** Checks the simulated backend on a network without faults. `late` says that what is sent may arrive in pieces, and late. */
export function checkNetwork(
  name: string,
  conditions: Partial<Conditions>,
  late: boolean,
  left: readonly RegExp[] = [],
): void {
  describe(`the simulated backend on ${name}`, () => {
    let here: Host;
    let witnesses: World['~witnesses'] | undefined;
    let paths = 0;
    let world: World | undefined;
    let spawned: HostProcess;
    const backend = (): Backend => {
      spawned = here.spawn();
      return spawned;
    };
    // Where the suite is built, it has another copy of the engine, into which this witness cannot see.
    const watch = (reactor: Reactor): void => {
      if (spawned instanceof Process && reactor instanceof Reactor) witnesses?.add(reactor, spawned);
    };
    const unixPath = (): string => {
      paths += 1;
      return `/run/${paths}.sock`;
    };
    const streamPair: BackendUnderTest['streamPair'] = (options) => {
      if (world === undefined) throw new Error('no world');
      return world.pair(options);
    };
    // A UNIX socket of the simulation is the same socket under another name: once is enough.
    const shared = { backend, watch, streamPair, tls: TLS, command: commandOf };
    const venue = late ? shared : { ...shared, unixPath };
    for (const check of checkBackend(venue).filter((one) => !left.some((pattern) => pattern.test(one.name)))) {
      test(check.name, async () => {
        await simulate({ seeds: [check.name], profile: 'calm', twice: late ? 1 : 0 }, async (present) => {
          world = present;
          world.setConditions(conditions);
          here = world.host('here');
          addCommands(here);
          witnesses = BARE.test(check.name) ? undefined : world['~witnesses'];
          paths = 0;
          await check.run();
        });
      });
    }
  });
}
