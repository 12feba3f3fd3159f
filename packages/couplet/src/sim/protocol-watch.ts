import { ChunkQueue } from '../bytes/chunk-queue.ts';
import { ConnectionDone } from '../protocol/errors.ts';
import type { Producer, PullProducer } from '../protocol/producer.ts';
import type { Callbacks } from '../protocol/protocol.ts';
import type { Transport } from '../protocol/transport.ts';
import { isThenable } from '../values/thenable.ts';
import { ConnectionClock } from './connection-clock.ts';
import type { Tap } from './tap.ts';
import type { SimWire } from './wire.ts';

/** The callbacks that are watched. */
const CALLBACKS = [
  'makeConnection',
  'dataReceived',
  'readingResumed',
  'handshakeCompleted',
  'takeUnread',
  'draining',
  'leaving',
  'readConnectionLost',
  'writeConnectionLost',
  'connectionLost',
] as const;

/** How long a world must be quiet until a promise or callback that is still due counts as lost, in milliseconds of its time. */
export const QUIET_MS = 60_000;

const watched: WeakMap<Callbacks, ProtocolWatch> = new WeakMap();

/**
 * Watches one connection between its protocol, its transport and its wire, and reports mistakes: a callback at the wrong time,
 * while reading is paused, or never; bytes that are lost, doubled, changed or out of order; a producer that is told the same
 * twice, or is not stopped; and what a connection leaves behind: timers, promises, writes.
 */
export class ProtocolWatch implements Tap {
  readonly #name: string;
  readonly #fault: (what: string) => void;
  /** The bytes that were written and are not with the wire yet. */
  readonly #written: ChunkQueue = new ChunkQueue();
  /** The bytes that the wire received and the protocol has not got yet. */
  readonly #arrived: ChunkQueue = new ChunkQueue();
  #life: 'unborn' | 'alive' | 'lost' = 'unborn';
  /** The callback that runs now. */
  #inside: string | undefined;
  /** This side has begun to end its output, or the connection. */
  #ending = false;
  #leaving = false;
  #producing = false;
  /** What the producer was told last; undefined while none is registered. */
  #producer: 'going' | 'paused' | 'stopped' | undefined;
  /** The callbacks whose promises are pending: nothing is read meanwhile. */
  readonly #pending: Set<{ readonly callback: string }> = new Set();
  /** When the protocol should have been told that the peer has ended its output. */
  #endDue: number | undefined;
  readonly #clock: ConnectionClock;
  readonly #wire: SimWire;
  readonly #transport: Transport;
  readonly #protocol: Callbacks;
  /** Puts the protocol back as it was. */
  restore: () => void = () => {};

  /** Watches a connection from now on, before its first callback. `fault` is called with each mistake. */
  constructor(wire: SimWire, transport: Transport, protocol: Callbacks, fault: (what: string) => void) {
    this.#name = `${protocol.constructor.name} on ${wire.name}`;
    this.#fault = fault;
    this.#wire = wire;
    this.#transport = transport;
    this.#protocol = protocol;
    this.#clock = new ConnectionClock(
      transport.clock,
      () => this.#inside ?? 'no callback',
      (maker) => this.#checkTimer(maker),
    );
    wire.tap = this;
    watched.get(protocol)?.restore();
    watched.set(protocol, this);
    this.#watchTransport(transport);
    this.#watchProtocol(protocol);
  }

  /** The reactor has ended, and the connection has not: that is a mistake. */
  leave(): void {
    this.#wrong('its reactor has ended, and connectionLost never came');
  }

  /** True when the connection has ended, and has left something behind. */
  get restless(): boolean {
    return this.#life === 'lost' && (this.#pending.size > 0 || this.#clock.waiting.length > 0);
  }

  /** True when the connection or its peer has ended, and a promise of a callback is pending. */
  get pending(): boolean {
    return this.#pending.size > 0 && (this.#life === 'lost' || this.#wire.socket.forsaken);
  }

  /** The world has been quiet: a promise that is pending now never settles. */
  judgePromises(): void {
    if (!this.pending) return;
    const gone = this.#life === 'lost' ? 'connection' : 'peer';
    for (const { callback } of this.#pending)
      this.#wrong(`the promise of ${callback} never settles: its ${gone} is gone, and the world is quiet`);
  }

  /** The connection still exists: a callback that was due long ago never comes. */
  judgeEnd(): void {
    const { clock, paused, disconnecting } = this.#transport;
    if (this.#life !== 'alive') return;
    if (this.#endDue === undefined || paused || disconnecting || this.#pending.size > 0) return;
    if (clock.now() - this.#endDue >= QUIET_MS) this.#wrong('readConnectionLost never comes');
  }

  /** Its reactor has ended: a timer that has neither run nor been cancelled was left behind. */
  judgeTimers(): void {
    if (this.#life === 'lost') for (const maker of this.#clock.waiting) this.#wrong(outlives(maker));
  }

  wrote(chunk: Uint8Array): void {
    this.#match(this.#written, chunk, 'the wire is given other bytes than were written');
  }

  read(chunk: Buffer): void {
    this.#arrived.push(Buffer.from(chunk));
  }

  ended(): void {
    const { clock, disconnecting } = this.#transport;
    if (this.#protocol.readConnectionLost !== undefined && !disconnecting) this.#endDue = clock.now();
  }

  #watchTransport(transport: Transport): void {
    const { write, loseConnection, loseWriteConnection, abortConnection, failConnection, unregisterProducer } =
      transport;
    const writePair = transport['~writePair'];
    const leave = (): void => {
      this.#ending = true;
      this.#leaving = true;
    };
    Object.defineProperty(transport, 'clock', { configurable: true, value: this.#clock.clock });
    Object.assign(transport, {
      write: (data: Uint8Array | string) => {
        this.#writes(transport, data);
        return write.call(transport, data);
      },
      '~writePair': (first: Uint8Array | string, second: Uint8Array | string) => {
        this.#writes(transport, first);
        this.#writes(transport, second);
        return writePair?.call(transport, first, second);
      },
      loseConnection: () => {
        leave();
        loseConnection.call(transport);
      },
      loseWriteConnection: () => {
        this.#ending = true;
        loseWriteConnection.call(transport);
      },
      abortConnection: (reason?: Error) => {
        leave();
        abortConnection.call(transport, reason);
      },
      failConnection: (error: unknown) => {
        leave();
        failConnection.call(transport, error);
      },
      unregisterProducer: () => {
        this.#producing = false;
        this.#producer = undefined;
        unregisterProducer.call(transport);
      },
    });
    this.#watchProducers(transport);
  }

  #writes(transport: Transport, data: Uint8Array | string): void {
    if (this.#life === 'lost' && this.#inside === undefined) this.#wrong('a write after connectionLost');
    const taken = this.#producing || !(this.#ending || transport.disconnecting);
    // What was written must not be changed, so this is what has to arrive.
    if (taken && (typeof data === 'string' || data instanceof Uint8Array)) this.#written.push(Buffer.from(data));
  }

  #watchProducers(transport: Transport): void {
    const register = transport.registerProducer;
    const registerProducer = (producer: Producer | PullProducer, streaming: boolean): void => {
      const tell = (what: string, before: 'going' | 'paused', after: 'going' | 'paused'): void => {
        if (this.#producer !== before && streaming) this.#wrong(`${what} of a producer that is ${this.#producer}`);
        this.#producer = after;
      };
      const told = {
        resumeProducing: () => {
          tell('resumeProducing', 'paused', 'going');
          return this.#run('resumeProducing', () => producer.resumeProducing());
        },
        stopProducing: () => {
          if (this.#producer === 'stopped') this.#wrong('stopProducing twice');
          this.#producer = 'stopped';
          return this.#run('stopProducing', () => producer.stopProducing());
        },
        ...('pauseProducing' in producer && {
          pauseProducing: () => {
            tell('pauseProducing', 'going', 'paused');
            return producer.pauseProducing();
          },
        }),
      };
      Reflect.apply(register, transport, [told, streaming]);
      this.#producing = !transport.disconnected;
      this.#producer = 'going';
    };
    Object.assign(transport, { registerProducer });
  }

  #watchProtocol(protocol: Callbacks): void {
    const own = CALLBACKS.filter((name) => Object.hasOwn(protocol, name)).map(
      (name) => [name, protocol[name]] as const,
    );
    this.restore = () => {
      for (const name of CALLBACKS) Reflect.deleteProperty(protocol, name);
      Object.assign(protocol, Object.fromEntries(own));
    };
    const { makeConnection, dataReceived, connectionLost } = protocol;
    const { readingResumed, handshakeCompleted, takeUnread, draining, leaving } = protocol;
    const { readConnectionLost, writeConnectionLost } = protocol;
    let left = false;
    Object.assign(protocol, {
      makeConnection: (transport: Transport) => {
        this.#live('connectionMade', 'unborn', 'alive');
        return this.#run('connectionMade', () => makeConnection.call(protocol, transport));
      },
      dataReceived: (data: Buffer) => {
        this.#live('dataReceived', 'alive', 'alive');
        this.#checkReading('dataReceived');
        this.#match(this.#arrived, data, 'the protocol is given other bytes than arrived');
        return this.#run('dataReceived', () => dataReceived.call(protocol, data));
      },
      connectionLost: (reason: Error) => {
        this.#live('connectionLost', 'alive', 'lost');
        if (leaving !== undefined && !left) this.#wrong('connectionLost, and leaving never came');
        if (this.#producer === 'going' || this.#producer === 'paused')
          this.#wrong('connectionLost, and its producer was not told to stop');
        this.#checkEnd(reason);
        return this.#run('connectionLost', () => connectionLost.call(protocol, reason));
      },
    });
    for (const [name, call] of Object.entries({
      readingResumed,
      handshakeCompleted,
      readConnectionLost,
      writeConnectionLost,
    })) {
      if (call === undefined) continue;
      const around = (): unknown => {
        this.#live(name, 'alive', 'alive');
        if (name === 'readConnectionLost') {
          this.#checkReading(name);
          this.#endDue = undefined;
        }
        return this.#run(name, () => call.call(protocol));
      };
      Object.assign(protocol, { [name]: around });
    }
    if (draining !== undefined) Object.assign(protocol, { draining: this.#watchDraining(protocol, draining) });
    if (leaving !== undefined) {
      const around = (): unknown => {
        this.#live('leaving', 'alive', 'alive');
        if (left) this.#wrong('leaving, a second time');
        left = true;
        return this.#within('leaving', () => leaving.call(protocol));
      };
      Object.assign(protocol, { leaving: around });
    }
    if (takeUnread === undefined) return;
    // This is called within startTLS, which a callback may call.
    Object.assign(protocol, {
      takeUnread: () => {
        this.#live('takeUnread', 'alive', 'alive');
        return takeUnread.call(protocol);
      },
    });
  }

  /** It comes once, and nothing waits for a promise that it returns. */
  #watchDraining(protocol: Callbacks, draining: NonNullable<Callbacks['draining']>): (leftMs: number) => unknown {
    let told = false;
    return (leftMs) => {
      this.#live('draining', 'alive', 'alive');
      if (told) this.#wrong('draining, a second time');
      told = true;
      return this.#within('draining', () => draining.call(protocol, leftMs));
    };
  }

  /** A callback is due in one state only. */
  #live(callback: string, before: 'unborn' | 'alive', after: 'alive' | 'lost'): void {
    if (this.#life !== before) this.#wrong(`${callback} of a connection that is ${this.#life}`);
    this.#life = after;
  }

  /** A callback must not run inside another one. */
  #run(callback: string, call: () => unknown): unknown {
    return this.#within(callback, () => {
      const result = call();
      if (isThenable(result)) this.#wait(callback, result);
      return result;
    });
  }

  #within(callback: string, call: () => unknown): unknown {
    if (this.#inside !== undefined) this.#wrong(`${callback} inside ${this.#inside}`);
    this.#inside = callback;
    try {
      return call();
    } finally {
      this.#inside = undefined;
    }
  }

  /** Until that promise settles, the connection reads nothing. */
  #wait(callback: string, result: PromiseLike<unknown>): void {
    const promise = { callback };
    this.#pending.add(promise);
    const settled = (): void => {
      this.#pending.delete(promise);
    };
    Promise.resolve(result).then(settled, settled);
  }

  #checkReading(callback: string): void {
    if (this.#transport.paused) this.#wrong(`${callback} while reading is paused`);
    if (this.#pending.size > 0) this.#wrong(`${callback} while the promise of a callback is pending`);
  }

  #checkTimer(maker: string): void {
    if (this.#life === 'lost') this.#wrong(outlives(maker));
  }

  #checkEnd(reason: Error): void {
    if (!(reason instanceof ConnectionDone)) return;
    if (this.#endDue !== undefined && !this.#leaving)
      this.#wrong('it ended in order, and readConnectionLost never came');
    const { size } = this.#written;
    if (size > 0) this.#wrong(`it ended in order, and ${size} bytes that were written were never sent`);
    if (this.#arrived.size > 0 && !this.#leaving)
      this.#wrong(`${this.#arrived.size} bytes arrived and were not passed on`);
  }

  #match(expected: ChunkQueue, chunk: Uint8Array, complaint: string): void {
    for (let at = 0; at < chunk.length; ) {
      const part = expected.take(chunk.length - at);
      if (part === undefined || Buffer.compare(part, chunk.subarray(at, at + part.length)) !== 0) {
        this.#wrong(complaint);
        return;
      }
      at += part.length;
    }
  }

  #wrong(what: string): void {
    this.#fault(`${this.#name}: ${what}`);
  }
}

function outlives(maker: string): string {
  return `a timer of its own clock, made in ${maker}, outlives the connection`;
}
