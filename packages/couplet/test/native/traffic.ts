import type { ClientTLS, DelayedCall, ListeningPort, Reactor, ServerTLS } from 'couplet';
import { Dice } from '../../src/time/dice.ts';
import { Calling, EXCHANGES, Exchange, Servers, type Side } from './exchange.ts';

/** How often it is looked who is silent, in milliseconds. */
const LOOK = 50;

/** How exchanges are played. */
export interface TrafficOptions {
  /** The name of a UNIX socket to listen on, beside a port. */
  readonly path: string;
  /** The most bytes of an exchange. */
  readonly most: number;
  /** Has some exchanges go over TLS. */
  readonly tls?: { readonly server: ServerTLS; readonly client: ClientTLS };
  /** How long a client waits before its next exchange, at most, in milliseconds; 0 unless set. */
  readonly rest?: number;
}

/** What was played so far. */
export interface Played {
  exchanges: number;
  /** Those that one side was to abort. */
  aborted: number;
  /** Those of the others of which all has arrived, and whose both sides were told that the connection was closed in order. */
  whole: number;
  /** Those without a connection. */
  failed: number;
  /** Sides that were aborted, as nothing happened any more. */
  silent: number;
  /** The bytes that were read and compared, and the descriptors that came along. */
  bytes: number;
  files: number;
}

/** Servers on a port and on a UNIX socket of a reactor, and clients of them beside them, which compare all that they read. */
export class Traffic {
  readonly played: Played = { exchanges: 0, aborted: 0, whole: 0, failed: 0, silent: 0, bytes: 0, files: 0 };
  /** What should not have happened. */
  readonly faults: string[] = [];
  readonly #reactor: Reactor;
  readonly #options: TrafficOptions;
  readonly #exchanges = new Map<number, Exchange>();
  readonly #sides = new Set<Side>();
  #ports: readonly ListeningPort[] = [];
  #number = 0;
  #patience = Number.POSITIVE_INFINITY;
  #look: DelayedCall | undefined;

  constructor(reactor: Reactor, options: TrafficOptions) {
    this.#reactor = reactor;
    this.#options = options;
  }

  async start(): Promise<void> {
    const servers = new Servers(this.#exchanges, (side) => this.#sides.add(side));
    const { path, tls } = this.#options;
    const place = { interface: '127.0.0.1' };
    this.#ports = [
      await this.#reactor.listenTCP(0, servers, place),
      await this.#reactor.listenUNIX(path, servers),
      ...(tls === undefined ? [] : [await this.#reactor.listenTCP(0, servers, { ...place, tls: tls.server })]),
    ];
    this.#watch();
  }

  async stop(): Promise<void> {
    this.#look?.cancel();
    for (const port of this.#ports) await port.stopListening();
  }

  /** How many sides have a connection. */
  get open(): number {
    return this.#sides.size;
  }

  /**
   * Plays exchanges, so many at once, until `goes` says no. A side on which nothing happens for `patience` milliseconds is aborted. Resolves
   * when all are over, and all sides have heard of it.
   */
  async play(seed: string, atOnce: number, patience: number, goes: (begun: number) => boolean): Promise<void> {
    const { rest = 0 } = this.#options;
    this.#patience = patience;
    const dice = new Dice(seed);
    let begun = 0;
    const one = async (): Promise<void> => {
      while (goes(begun)) {
        begun += 1;
        await this.#playOne(new Dice(`${seed} ${begun}`), dice.pick(EXCHANGES));
        if (rest > 0) await this.#pause(dice.whole(0, rest));
      }
    };
    await Promise.all(Array.from({ length: atOnce }, one));
    // Those whose client has not come so far as to say who it is.
    while (this.#sides.size > 0) await this.#pause();
  }

  async #playOne(dice: Dice, kind: Exchange['kind']): Promise<void> {
    this.#number = (this.#number + 1) >>> 0;
    const size = dice.whole(1, dice.pick([100, 5000, kind === 'lines' ? 5000 : this.#options.most]));
    const exchange = new Exchange(this.#number, kind, size, dice);
    this.#exchanges.set(exchange.id, exchange);
    this.#connect(exchange);
    this.#sides.add(exchange.client);
    while (!exchange.isOver) await this.#pause();
    this.#count(exchange);
  }

  #connect(exchange: Exchange): void {
    const { path, tls } = this.#options;
    const [clear, , secure] = this.#ports;
    const calling = new Calling(exchange);
    const options = { timeoutMs: Math.min(this.#patience, 30_000) };
    const way = exchange.dice.random();
    if (tls !== undefined && way < 0.1)
      this.#reactor.connectTCP('127.0.0.1', portOf(secure), calling, { ...options, tls: tls.client });
    else if (way < 0.7) this.#reactor.connectTCP('127.0.0.1', portOf(clear), calling, options);
    else this.#reactor.connectUNIX(path, calling, options);
  }

  /** Lets other things happen. */
  #pause(ms = 1): Promise<void> {
    return new Promise((resolve) => {
      this.#reactor.callLater(ms, resolve);
    });
  }

  #count(exchange: Exchange): void {
    const { client, server, id, kind, size } = exchange;
    const { played } = this;
    played.exchanges += 1;
    played.bytes += client.read + (server?.read ?? 0);
    played.files += server?.filesReceived ?? 0;
    if (kind === 'abort') played.aborted += 1;
    if (exchange.failure !== undefined) {
      played.failed += 1;
      this.#sides.delete(client);
    } else if (kind !== 'abort' && exchange.isClean) {
      if (exchange.isWhole) played.whole += 1;
      else
        this.faults.push(
          `${kind} ${id}: closed in order with ${client.read} and ${server?.read} bytes of ${size} read`,
        );
    }
    for (const { fault } of [client, ...(server === undefined ? [] : [server])])
      if (fault !== undefined) this.faults.push(fault);
    // Late calls are found until its memory is given back.
    this.#exchanges.delete(id);
  }

  #watch(): void {
    const now = performance.now();
    for (const side of this.#sides) {
      if (side.reason !== undefined) this.#sides.delete(side);
      else if (now - side.touchedAt > this.#patience && side.transport !== undefined) {
        side.touchedAt = now;
        this.played.silent += 1;
        side.transport.abortConnection();
      }
    }
    this.#look = this.#reactor.callLater(LOOK, () => this.#watch());
  }
}

function portOf(port: ListeningPort | undefined): number {
  const host = port?.getHost();
  if (host === undefined || !('port' in host)) throw new Error('it does not listen on TCP');
  return host.port;
}
