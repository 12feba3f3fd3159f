import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Factory } from 'couplet';
import { limitConnections, limitPerPeer, logTraffic, throttle, timeoutAbsolute, timeoutIdle } from 'couplet/policies';
import fc from 'fast-check';
import type { SocketName } from '../../src/seam/address.ts';
import { type Recorder, Recorders } from './recorder.ts';
import { House, type Visit } from './visit.ts';

const PEERS: readonly SocketName[] = ['192.0.2.1', '192.0.2.2', '::ffff:192.0.2.1', '2001:db8::1'].map((host) => ({
  family: host.includes(':') ? 'IPv6' : 'IPv4',
  host,
  port: 1,
}));
/** The first and the third are the same. */
const NETWORKS = [0, 1, 0, 2];

/** A policy with its number. */
interface Layer {
  readonly kind: 'total' | 'peer' | 'idle' | 'absolute' | 'throttle' | 'log';
  readonly max: number;
}

function wrap(factory: Factory, { kind, max }: Layer): Factory {
  const rates = { readBytesPerSecond: max * 100, writeBytesPerSecond: max * 100 };
  switch (kind) {
    case 'total':
      return limitConnections(factory, { max, message: max % 2 === 0 ? 'full' : '' });
    case 'peer':
      return limitPerPeer(factory, { max });
    case 'idle':
      return timeoutIdle(factory, { idleTimeoutMs: max * 1000 });
    case 'absolute':
      return timeoutAbsolute(factory, { timeoutMs: max * 1000 });
    case 'throttle':
      return throttle(factory, { ...rates, scope: max % 2 === 0 ? 'all' : 'connection' });
    case 'log':
      return logTraffic(factory, () => {});
  }
}

/** Builds what the test says next. */
class Moody extends Recorders {
  mood: 'builds' | 'refuses' | 'throws' | 'aborts' = 'builds';

  override buildProtocol(): Recorder | null {
    if (this.mood === 'refuses') return null;
    if (this.mood === 'throws') throw new Error('a bad mood');
    const recorder = super.buildProtocol();
    if (this.mood === 'aborts' && recorder !== null) {
      recorder.connectionMade = () => recorder.transport.abortConnection();
    }
    return recorder;
  }
}

/** Connections behind a stack of policies, and a count of them that knows nothing of filters. */
class Scene {
  readonly house: House;
  readonly #layers: readonly Layer[];
  readonly #factory: Moody = new Moody();
  #visits: { visit: Visit; peer: number }[] = [];

  constructor(layers: readonly Layer[]) {
    this.#layers = layers;
    this.house = new House(layers.reduce<Factory>(wrap, this.#factory));
  }

  /** Expects that whoever comes is let in exactly when every limit has a slot for them. */
  connect(peer: number, mood: Moody['mood']): void {
    this.#factory.mood = mood;
    const free = this.#layers.every((layer) => this.#count(layer, peer) < layer.max);
    const visit = this.house.accept(PEERS[peer]);
    assert.equal(visit.admitted, free && (mood === 'builds' || mood === 'aborts'), `peer ${peer} ${mood}`);
    if (visit.admitted) this.#visits.push({ visit, peer });
  }

  act(which: number, act: 'cut' | 'settle' | 'send' | 'lose' | 'abort' | 'write'): void {
    const one = this.#visits[which % Math.max(this.#visits.length, 1)];
    if (one === undefined) return;
    const { visit } = one;
    const protocol = this.#factory.made.find((made) => made === visit.protocol);
    if (act === 'cut') visit.cut();
    else if (act === 'settle') visit.settle();
    else if (act === 'send' && !visit.paused) visit.send(Buffer.alloc(700));
    else if (act === 'lose') protocol?.transport.loseConnection();
    else if (act === 'abort') protocol?.transport.abortConnection();
    else if (act === 'write') protocol?.transport.write(Buffer.alloc(3000));
    this.#forget();
  }

  /** Ends it all, and expects that every slot is there again. */
  async end(stops: boolean): Promise<void> {
    const gone = stops ? this.house.engine.live.end(0, 'the reactor stopped') : undefined;
    this.house.turn();
    this.house.turn();
    for (const { visit } of this.#visits) {
      if (stops) visit.settle();
      visit.cut();
    }
    for (const refused of this.house.refused) refused.cut();
    await gone;
    this.#forget();
    assert.equal(this.#visits.length, 0);
    assert.equal(this.house.engine.live.empty, true);
    assert.equal(this.house.backend.alarmAt, undefined);
    for (let peer = 0; peer < PEERS.length; peer += 1) {
      for (let count = 0; count < 4; count += 1) this.connect(peer, 'builds');
    }
  }

  #count({ kind }: Layer, peer: number): number {
    if (kind === 'total') return this.#visits.length;
    if (kind !== 'peer') return Number.NEGATIVE_INFINITY;
    return this.#visits.filter((one) => NETWORKS[one.peer] === NETWORKS[peer]).length;
  }

  #forget(): void {
    this.#visits = this.#visits.filter(({ visit }) => !visit.closed);
  }
}

const layer = fc.record({
  kind: fc.constantFrom<Layer['kind']>('total', 'peer', 'idle', 'absolute', 'throttle', 'log'),
  max: fc.integer({ min: 1, max: 4 }),
});
const act = fc.oneof(
  fc.record({
    kind: fc.constant('connect' as const),
    peer: fc.nat(PEERS.length - 1),
    mood: fc.constantFrom<Moody['mood']>('builds', 'builds', 'builds', 'refuses', 'throws', 'aborts'),
  }),
  fc.record({
    kind: fc.constantFrom(
      'cut' as const,
      'settle' as const,
      'send' as const,
      'lose' as const,
      'abort' as const,
      'write' as const,
    ),
    which: fc.nat(10),
  }),
  fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(3000) }),
);

describe('policies in any number and order', () => {
  test('R42 every limit is exact at every instant, and no slot leaks, whatever becomes of the connections', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(layer, { maxLength: 5 }),
        fc.array(act, { maxLength: 60, size: 'max' }),
        fc.boolean(),
        async (layers, acts, stops) => {
          const scene = new Scene(layers);
          for (const act of acts) {
            if (act.kind === 'connect') scene.connect(act.peer, act.mood);
            else if (act.kind === 'pass') scene.house.pass(act.ms);
            else scene.act(act.which, act.kind);
          }
          await scene.end(stops);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('R8 what a factory throws is reported under its own name', () => {
    const moody = new Moody();
    moody.mood = 'throws';
    const house = new House(wrap(wrap(moody, { kind: 'idle', max: 1 }), { kind: 'total', max: 1 }));
    house.accept();
    assert.deepEqual(
      house.reports.map(({ who, where }) => `${who}: ${where}`),
      ['Moody for 192.0.2.1:4321: buildProtocol'],
    );
  });
});
