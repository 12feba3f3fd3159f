import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ConnectionView, DelayedCall, Observer, PortView, ReactorView, Totals } from 'couplet';
import { connect, Factory, Protocol, Reactor } from 'couplet';
import { Echo } from 'couplet/protocols';
import { simulate, type World } from 'couplet/sim';
import { FULL } from 'couplet-test/full';
import { ReactorWitness } from '../../src/sim/reactor-witness.ts';
import { bytesOf, type End, PORT, Rig } from './rig.ts';

/** What a reactor tells in place of the truth. */
interface Lie {
  readonly observer?: (truth: Required<Told>) => Told;
  readonly view?: (truth: ReactorView) => ReactorView;
}
type Told = Pick<Observer, 'connectionMade' | 'connectionLost' | 'connectionRefused' | 'error' | 'chunk'>;

/** Serves one connection, and refuses all others. */
class One extends Factory {
  #built = false;
  override buildProtocol(): Echo | null {
    if (this.#built) return null;
    this.#built = true;
    return new Echo();
  }
}

/** Lets everything happen that waits, and what follows from it. */
async function settle({ schedule }: Rig): Promise<void> {
  do await new Promise(setImmediate);
  while (schedule.step());
}

/**
 * Has a reactor serve a client with ten bytes and refuse another one, and stop its port; a witness hears and sees what the lie makes of
 * that. Returns what the witness says.
 */
async function faultsOf({ observer, view }: Lie): Promise<readonly string[]> {
  const rig = new Rig();
  const reactor = new Reactor(rig.server);
  const faults: string[] = [];
  const told = (truth: Observer): Observer => {
    const { connectionMade, connectionLost, connectionRefused, error, chunk } = truth;
    assert.ok(connectionMade && connectionLost && connectionRefused && error && chunk);
    return { ...truth, ...observer?.({ connectionMade, connectionLost, connectionRefused, error, chunk }) };
  };
  const witness = new ReactorWitness(
    { observe: (truth) => reactor.observe(told(truth)), inspect: () => view?.(reactor.inspect()) ?? reactor.inspect() },
    rig.server,
    (what) => faults.push(what),
    true,
  );
  const listening = reactor.listenTCP(PORT, new One());
  await settle(rig);
  const port = await listening;
  const ends: End[] = [];
  rig.dial(ends, []);
  await settle(rig);
  ends[0]?.wire.write(bytesOf(10));
  rig.dial(ends, []);
  await settle(rig);
  assert.equal(ends[0]?.received.length, 10);
  witness.look();
  ends[0]?.wire.end();
  await settle(rig);
  const stopped = port.stopListening();
  await settle(rig);
  await stopped;
  witness.look();
  witness.judgeEnd();
  return faults;
}

const seen = (change: Partial<ConnectionView>) => (truth: ReactorView) => ({
  ...truth,
  connections: () => [...truth.connections()].map((view) => ({ ...view, ...change })),
});
const ported = (change: (totals: Totals) => Partial<Totals>) => (truth: ReactorView) => ({
  ...truth,
  ports: () =>
    [...truth.ports()].map((view): PortView => ({ ...view, totals: { ...view.totals, ...change(view.totals) } })),
});
const summed = (change: (totals: Totals) => Partial<Totals>) => (truth: ReactorView) => ({
  ...truth,
  totals: { ...truth.totals, ...change(truth.totals) },
});

const LIES: readonly (readonly [name: string, complaint: RegExp, lie: Lie])[] = [
  ['wrong bytes in', /Echo on s1: its view has bytesIn 9, and 10 were counted/, { view: seen({ bytesIn: 9 }) }],
  ['wrong bytes out', /has bytesOut 11, and 10 were counted/, { view: seen({ bytesOut: 11 }) }],
  ['wrong reads', /has reads 0, and 1 were counted/, { view: seen({ reads: 0 }) }],
  ['wrong writes', /has writes 2, and 1 were counted/, { view: seen({ writes: 2 }) }],
  ['wrong bytes that are queued', /has queued 1, and 0 were counted/, { view: seen({ queued: 1 }) }],
  ['a wrong most of them', /has maxQueued 9, and 10 were counted/, { view: seen({ maxQueued: 9 }) }],
  [
    'another address of the peer',
    /has peer 10\.9\.9\.9:1, and was made with 10\.0\.0\.2:/,
    { view: seen({ peer: '10.9.9.9:1' }) },
  ],
  ['a connection that is not there', /connection 99 is open in its view, and not open/, { view: seen({ id: 99 }) }],
  [
    'a connection that is not shown',
    /connection 2 is open, and has no view/,
    { view: (truth) => ({ ...truth, connections: () => [] }) },
  ],
  [
    'wrong totals of a port',
    /its view of port 1 has open 2, and 1 were counted/,
    { view: ported(({ open }) => ({ open: open + 1 })) },
  ],
  [
    'a wrong reason of a refusal',
    /its view of port 1 has refused {"TLS":1}, and {"NO_PROTOCOL":1} were counted/,
    { view: ported(() => ({ refused: { TLS: 1 } })) },
  ],
  [
    'wrong totals of all',
    /server: its view has accepted 3, and 2 were counted/,
    { view: summed(({ accepted }) => ({ accepted: accepted + 1 })) },
  ],
  [
    'a refusal that is not counted',
    /its view has 0 refused, and 1 were counted/,
    { view: summed(() => ({ refused: {} })) },
  ],
  ['wrong errors', /its view has errors 1, and 0 were counted/, { view: summed(() => ({ errors: 1 })) }],
  [
    'a timer that is left',
    /server: it has stopped, and its view still shows {"id":7,"dueInMs":1} and 0 more timers/,
    { view: (truth) => ({ ...truth, timers: () => [{ id: 7, dueInMs: 1 }] }) },
  ],
  [
    'an end twice',
    /connection 2 is told as lost twice/,
    {
      observer: ({ connectionLost }) => ({
        connectionLost: (...told) => {
          connectionLost(...told);
          connectionLost(...told);
        },
      }),
    },
  ],
  [
    'an end of what did not begin',
    /connection 2 is told as lost and was not made/,
    { observer: () => ({ connectionMade: () => {} }) },
  ],
  [
    'a refusal that is not told',
    /1 connections of its ports were told or are arriving, and 2 were accepted/,
    { observer: () => ({ connectionRefused: () => {} }) },
  ],
  [
    'a refusal twice',
    /connection 3 is told as refused, and was told as refused/,
    {
      observer: ({ connectionRefused }) => ({
        connectionRefused: (...told) => {
          connectionRefused(...told);
          connectionRefused(...told);
        },
      }),
    },
  ],
  [
    'a refusal of a connection that was made',
    /connection 2 is told as refused, and was told as made/,
    {
      observer: ({ connectionRefused }) => ({
        connectionRefused: (peer, reason, view) => connectionRefused(peer, reason, { ...view, id: 2 }),
      }),
    },
  ],
  [
    'a chunk that is not told',
    /Echo on s1: 0 bytes in 0 chunks were told as in, and 10 in 1 were counted/,
    { observer: ({ chunk }) => ({ chunk: (told) => told.direction === 'out' && chunk(told) }) },
  ],
  [
    'a chunk that is told in two parts',
    /Echo on s1: 10 bytes in 2 chunks were told as out, and 10 in 1 were counted/,
    {
      observer: ({ chunk }) => ({
        chunk: (told) => {
          const parts = told.direction === 'in' ? [told.bytes] : [4, told.bytes - 4];
          for (const bytes of parts) chunk({ ...told, bytes });
        },
      }),
    },
  ],
  [
    'a chunk of what is not there',
    /a chunk of 10 bytes is told of connection 99, which is not open/,
    { observer: ({ chunk }) => ({ chunk: (told) => chunk({ ...told, connection: 99 }) }) },
  ],
  [
    'a refusal without an address',
    /connection 3 is told as refused without an address: from undefined to 10\.0\.0\.1:8007/,
    {
      observer: ({ connectionRefused }) => ({
        connectionRefused: (address, reason, { peer: _peer, ...view }) => connectionRefused(address, reason, view),
      }),
    },
  ],
];

/** Writes text and bytes when it has a mind to, pauses, and leaves in one way or another. */
class Moody extends Protocol {
  readonly #world: World;
  #left = 5;
  #next: DelayedCall | undefined;

  constructor(world: World) {
    super();
    this.#world = world;
  }

  override connectionMade(): void {
    this.#act();
  }

  override connectionLost(): void {
    this.#next?.cancel();
  }

  #act(): void {
    const { dice } = this.#world;
    const { transport } = this;
    if (transport.disconnecting) return;
    this.#left -= 1;
    const size = dice.pick([1, 10, 3000, 40_000]);
    if (dice.chance(0.7)) transport.write(dice.chance(0.5) ? 'é'.repeat(size >> 1) : Buffer.alloc(size, 'x'));
    if (dice.chance(0.3)) transport.pauseProducing();
    else transport.resumeProducing();
    if (this.#left > 0) this.#next = transport.clock.callLater(dice.pick([0, 1, 50]), () => this.#act());
    else if (dice.chance(0.3)) transport.abortConnection();
    else {
      transport.resumeProducing();
      transport.loseConnection();
    }
  }
}

describe('E-2 the counters of views', () => {
  const seeds = FULL ? 1000 : 30;
  test(`are those of the witness, in each of ${seeds} random runs in which bytes moved`, async () => {
    let moved = 0;
    await simulate({ seeds, twice: 0 }, async (world) => {
      const { segmentBytes, sendBufferBytes, receiveBufferBytes } = world.conditions;
      world.setConditions({
        segmentBytes: Math.max(segmentBytes, 500),
        sendBufferBytes: Math.max(sendBufferBytes, 4000),
        receiveBufferBytes: Math.max(receiveBufferBytes, 4000),
      });
      const { reactor } = world.host('server');
      await reactor.listenTCP(PORT, Object.assign(new Factory(), { buildProtocol: () => new Moody(world) }));
      const [address = ''] = world.host('server').addresses;
      const guests = world.host('client').reactor;
      const call = (): Promise<unknown> =>
        connect(`tcp:${address}:${PORT}`, new Moody(world), { reactor: guests }).catch(() => {});
      await Promise.all([call(), call(), call()]);
      // What a stop cuts off is another matter.
      await world.until(() => [reactor, guests].every((one) => one.inspect().totals.open === 0));
      const { lost, bytesIn, bytesOut } = reactor.inspect().totals;
      if (lost > 0 && bytesIn > 0 && bytesOut > 0) moved += 1;
    });
    assert.ok(moved > seeds / 2, `in ${moved} of ${seeds} runs bytes moved both ways, and a connection was lost`);
  });
});

describe('the witness of a reactor', () => {
  test('says nothing of the truth', async () => {
    assert.deepEqual(await faultsOf({}), []);
  });

  for (const [name, complaint, lie] of LIES) {
    test(`R44 R45 notices ${name}`, async () => {
      assert.match((await faultsOf(lie)).join('; '), complaint);
    });
  }

  test('R44 is in every world: a view that lies fails it', async () => {
    const playing = simulate({ seeds: 1 }, async (world) => {
      const { reactor } = world.host('server');
      const { inspect } = reactor;
      Object.assign(reactor, { inspect: () => summed(() => ({ lost: 1 }))(inspect.call(reactor)) });
    });
    await assert.rejects(playing, /server: its view has lost 1, and 0 were counted/);
  });
});
