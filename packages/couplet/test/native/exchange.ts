import { closeSync, openSync } from 'node:fs';
import { ClientFactory, Factory, Protocol } from 'couplet';
import type { Dice } from '../../src/time/dice.ts';
import { passage } from './passage.ts';

/**
 * What happens on a connection. `echo`: what the client sends comes back. `lines`: so does each line, and then the next one is sent. `poem`:
 * the server sends, and closes. `question`: the client sends and ends its side, and then all of it comes back. `abort`: an echo that one side
 * aborts.
 */
export const EXCHANGES = ['echo', 'lines', 'poem', 'question', 'abort'] as const;
type ExchangeKind = (typeof EXCHANGES)[number];

/** A client says in this many bytes which exchange it is. */
const HEAD_BYTES = 4;
const LINE_BYTES = 100;
/** A descriptor that goes along with the bytes of a UNIX socket, so many times at most. */
const FILE = openSync(import.meta.filename, 'r');
const MOST_FILES = 3;

/** Both sides of a connection, and what they have seen. */
export class Exchange {
  readonly id: number;
  readonly kind: ExchangeKind;
  /** How many bytes there are to be sent, one way or both. */
  readonly size: number;
  readonly dice: Dice;
  readonly client: Client;
  server: Server | undefined;
  /** Why there is no connection. */
  failure: Error | undefined;

  constructor(id: number, kind: ExchangeKind, size: number, dice: Dice) {
    this.id = id;
    this.kind = kind;
    this.size = size;
    this.dice = dice;
    this.client = new Client(this);
  }

  /** Whether no side has a connection any more. */
  get isOver(): boolean {
    return (
      (this.failure !== undefined || this.client.reason !== undefined) &&
      (this.server === undefined || this.server.reason !== undefined)
    );
  }

  /** Whether both sides were told that the connection was closed in order. */
  get isClean(): boolean {
    const { client, server } = this;
    return client.reason?.name === 'ConnectionDone' && server?.reason?.name === 'ConnectionDone';
  }

  /** Whether all has arrived that was to be sent. */
  get isWhole(): boolean {
    const asked = this.kind === 'poem' ? 0 : this.size;
    return (
      this.client.read === this.size &&
      this.server?.read === asked &&
      this.server.filesReceived === this.client.filesSent
    );
  }
}

/** One side of a connection. It compares what it reads with what the other side should have sent. */
export class Side extends Protocol {
  exchange: Exchange | undefined;
  /** How many bytes were read, each as it should be. */
  read = 0;
  reason: Error | undefined;
  /** What should not have happened. */
  fault: string | undefined;
  /** When something happened here last. */
  touchedAt: number = performance.now();
  #made = 0;
  /** What was read before, and from where on: it is the protocol's, and stays as it is. */
  #kept: Buffer = Buffer.alloc(0);
  #keptFrom = 0;

  override connectionMade(): void {
    this.#made += 1;
    if (this.#made > 1) this.blame('connectionMade is called twice');
    this.touch();
  }

  override connectionLost(reason: Error): void {
    if (this.reason !== undefined) this.blame('connectionLost is called twice');
    if (this.#made !== 1) this.blame('connectionLost is called without connectionMade');
    this.reason = reason;
  }

  blame(fault: string): void {
    this.fault ??= `${this.exchange?.kind} ${this.exchange?.id}: ${fault}`;
  }

  touch(): void {
    if (this.reason !== undefined) this.blame('something is called after connectionLost');
    this.touchedAt = performance.now();
  }

  /** Compares what has arrived. */
  protected take(data: Buffer, exchange: Exchange): void {
    this.touch();
    if (this.read + data.length > exchange.size) this.blame(`${this.read + data.length} of ${exchange.size} bytes`);
    else if (!data.equals(passage(exchange.id, this.read, data.length))) this.blame(`other bytes behind ${this.read}`);
    if (!this.#kept.equals(passage(exchange.id, this.#keptFrom, this.#kept.length)))
      this.blame(`other bytes than before behind ${this.#keptFrom}`);
    this.#kept = data;
    this.#keptFrom = this.read;
    this.read += data.length;
    if (exchange.dice.chance(0.05)) this.#rest(exchange.dice);
    if (exchange.kind === 'abort' && exchange.dice.chance(0.1)) this.transport.abortConnection();
  }

  /** Reads nothing for a moment. */
  #rest(dice: Dice): void {
    if (this.transport.paused) return;
    this.transport.pauseProducing();
    this.transport.clock.callLater(dice.whole(0, 3), () => {
      if (this.reason === undefined) this.transport.resumeProducing();
    });
  }

  /** Sends the whole passage, in chunks of any size, and in half of the exchanges waits for room. */
  protected async send({ id, size, dice }: Exchange): Promise<void> {
    const patient = dice.chance(0.5);
    for (let at = 0; at < size; ) {
      const most = dice.pick([1, 100, 5000, 100_000]);
      const length = Math.min(size - at, most === 1 ? Math.max(1, Math.ceil(size / 100)) : dice.whole(1, most));
      this.transport.write(passage(id, at, length));
      at += length;
      if (patient && !(await this.transport.drained())) return;
      this.touchedAt = performance.now();
    }
  }
}

class Client extends Side {
  override readonly exchange: Exchange;
  filesSent = 0;
  #asked = 0;

  constructor(exchange: Exchange) {
    super();
    this.exchange = exchange;
  }

  override async connectionMade(): Promise<void> {
    super.connectionMade();
    const { dice, id, kind } = this.exchange;
    if (this.transport.sendFileDescriptor !== undefined)
      for (; this.filesSent < dice.whole(0, MOST_FILES); this.filesSent += 1) this.transport.sendFileDescriptor(FILE);
    const head = Buffer.alloc(HEAD_BYTES);
    head.writeUInt32BE(id);
    this.transport.write(head);
    if (kind === 'poem') return;
    if (kind === 'lines') {
      this.#ask();
      return;
    }
    await this.send(this.exchange);
    if (kind === 'question') this.transport.loseWriteConnection();
  }

  #ask(): void {
    const { id, size } = this.exchange;
    const length = Math.min(LINE_BYTES, size - this.#asked);
    this.transport.write(passage(id, this.#asked, length));
    this.#asked += length;
  }

  override dataReceived(data: Buffer): void {
    const { kind, size } = this.exchange;
    this.take(data, this.exchange);
    if (this.read === size && kind !== 'poem' && kind !== 'question') this.transport.loseConnection();
    else if (kind === 'lines' && this.read === this.#asked) this.#ask();
  }
}

class Server extends Side {
  filesReceived = 0;
  readonly #exchanges: ReadonlyMap<number, Exchange>;
  #head: Buffer = Buffer.alloc(0);

  constructor(exchanges: ReadonlyMap<number, Exchange>) {
    super();
    this.#exchanges = exchanges;
  }

  override dataReceived(data: Buffer): void {
    const rest = this.exchange === undefined ? this.#begin(data) : data;
    const { exchange } = this;
    if (exchange === undefined || rest.length === 0) return;
    this.take(rest, exchange);
    if (exchange.kind !== 'question') this.transport.write(rest);
  }

  override fileDescriptorReceived(fd: number): void {
    this.touch();
    this.filesReceived += 1;
    closeSync(fd);
  }

  /** Reads which exchange it is. Returns what comes behind that. */
  #begin(data: Buffer): Buffer {
    this.touch();
    this.#head = Buffer.concat([this.#head, data]);
    if (this.#head.length < HEAD_BYTES) return this.#head;
    const exchange = this.#exchanges.get(this.#head.readUInt32BE());
    if (exchange === undefined) {
      // Its client has gone before this was read.
      this.transport.abortConnection();
      return this.#head;
    }
    if (exchange.server !== undefined) this.blame('a connection has two servers');
    this.exchange = exchange;
    exchange.server = this;
    if (exchange.kind === 'poem') void this.#recite(exchange);
    return this.#head.subarray(HEAD_BYTES);
  }

  async #recite(exchange: Exchange): Promise<void> {
    await this.send(exchange);
    this.transport.loseConnection();
  }

  override readConnectionLost(): void {
    this.touch();
    const { exchange } = this;
    if (exchange?.kind !== 'question' || this.read !== exchange.size) this.transport.loseConnection();
    else void this.#recite(exchange);
  }
}

/** Makes the servers, of which each finds its exchange by what the client sends. */
export class Servers extends Factory {
  readonly #exchanges: ReadonlyMap<number, Exchange>;
  readonly #made: (side: Side) => void;

  constructor(exchanges: ReadonlyMap<number, Exchange>, made: (side: Side) => void) {
    super();
    this.#exchanges = exchanges;
    this.#made = made;
  }

  override buildProtocol(): Server {
    const server = new Server(this.#exchanges);
    this.#made(server);
    return server;
  }
}

/** Connects the client of an exchange. */
export class Calling extends ClientFactory {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    super();
    this.#exchange = exchange;
  }

  override buildProtocol(): Client {
    return this.#exchange.client;
  }

  override clientConnectionFailed(_connector: unknown, reason: Error): void {
    this.#exchange.failure = reason;
  }
}
