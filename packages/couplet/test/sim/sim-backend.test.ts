import { describe, test } from 'node:test';
import type { Reactor } from 'couplet';
import type { Conditions, Host, HostProcess, World } from 'couplet/sim';
import { simulate } from 'couplet/sim';
import type { Backend } from 'couplet/testing';
import { checkBackend } from 'couplet-conformance';
import { issue } from '../../src/sim/certificate.ts';
import { Process } from '../../src/sim/process.ts';

/** Faultless networks. Buffers smaller than these would tell nothing more: some checks send megabytes, in as many pieces. */
const NETWORKS: Readonly<Record<string, Partial<Conditions>>> = {
  'a calm network': {},
  'a network with small segments and buffers, latency, jitter, and processes that wake up late': {
    latencyMs: 1,
    jitterMs: 5,
    wakeMs: 2,
    segmentBytes: 4096,
    sendBufferBytes: 65_536,
    receiveBufferBytes: 65_536,
  },
};

const { cert, key, ca } = issue({ names: ['127.0.0.1'] }, 1);
const TLS = { server: { cert, key }, client: { ca } };

/** What cannot be expected where things arrive late, and why. */
const NOT_WHEN_LATE: readonly { readonly check: RegExp; readonly why: string }[] = [
  {
    check: /^R42 one too many gets the message though it has sent something/,
    why: 'what a refused peer sends arrives after the close: the answer is a reset, which takes an unread message with it',
  },
  {
    check: /^R39 a consumer that keeps up never touches the wire/,
    why: 'it takes four bytes to arrive in one piece',
  },
];

/** Half of these is played without an engine, which is given fewer connections than its process. */
const BARE = /^R25 a handshake with a silent (client|server) ends at once with the reactor/;

for (const [name, conditions] of Object.entries(NETWORKS)) {
  describe(`the simulated backend on ${name}`, () => {
    let here: Host;
    let witnesses: World['~witnesses'] | undefined;
    let paths = 0;
    let spawned: HostProcess;
    const backend = (): Backend => {
      spawned = here.spawn();
      return spawned;
    };
    const watch = (reactor: Reactor): void => {
      if (spawned instanceof Process) witnesses?.add(reactor, spawned);
    };
    const unixPath = (): string => {
      paths += 1;
      return `/run/${paths}.sock`;
    };
    const late = conditions.jitterMs !== undefined;
    // A UNIX socket of the simulation is the same socket under another name: once is enough. What TLS makes of the bytes is
    // tried where they arrive in pieces.
    const venue = late ? { backend, watch, tls: TLS } : { backend, watch, unixPath };
    const checks = checkBackend(venue).filter(
      (check) => !(late && NOT_WHEN_LATE.some((one) => one.check.test(check.name))),
    );
    for (const check of checks) {
      test(check.name, async () => {
        await simulate({ seeds: [check.name], profile: 'calm', twice: late ? 1 : 0 }, async (world) => {
          world.setConditions(conditions);
          here = world.host('here');
          witnesses = BARE.test(check.name) ? undefined : world['~witnesses'];
          paths = 0;
          await check.run();
        });
      });
    }
  });
}
