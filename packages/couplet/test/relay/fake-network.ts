import type { Factory } from '../../src/protocol/factory.ts';
import type { ListeningPort } from '../../src/protocol/port.ts';
import { Reactor } from '../../src/reactor/reactor.ts';
import type { HostAddress, SocketName } from '../../src/seam/address.ts';
import type { Cause } from '../../src/seam/cause.ts';
import type { ConnectPlace, Settled } from '../../src/seam/streams.ts';
import type { Sink, Wire } from '../../src/seam/wire.ts';
import { FakeBackend } from '../fake-backend.ts';
import { FakeWire } from '../fake-wire.ts';

const cause = (kind: Cause['kind']): Cause => ({ kind, code: '', detail: kind });

/** The far side of a wire, by which a test speaks to the program. `output` is what it hears. */
export class FakePeer extends FakeWire {
  override readonly local: SocketName = { family: 'IPv4', host: '192.0.2.1', port: 4001 };
  override readonly peer: SocketName = { family: 'IPv4', host: '192.0.2.2', port: 4002 };
  sink: Sink | undefined;
  /** How the program ended it. */
  ended: 'no' | 'output' | 'closed' | 'reset' = 'no';
  paused = false;
  /** What it says while it is paused waits. */
  readonly #waiting: (() => void)[] = [];

  /** What it heard, as text. */
  get heard(): string {
    return this.output.toString('latin1');
  }

  say(data: string | Uint8Array): void {
    this.#pass(() => this.sink?.onData(Buffer.from(data)));
  }

  /** Ends its output. */
  finish(): void {
    this.#pass(() => this.sink?.onEof());
  }

  /** The kernel has what the wire held. */
  drain(): void {
    if (this.passOn()) this.sink?.onWritable();
  }

  /** The network ends the connection. */
  lose(kind: Cause['kind']): void {
    this.sink?.onClosed(cause(kind));
    this.sink = undefined;
  }

  override end(): void {
    this.ended = 'output';
  }

  override close(): void {
    this.ended = 'closed';
    queueMicrotask(() => this.lose('done'));
  }

  override abort(): void {
    this.ended = 'reset';
    queueMicrotask(() => this.lose('done'));
  }

  override pause(): void {
    this.paused = true;
  }

  override resume(): void {
    this.paused = false;
    queueMicrotask(() => {
      while (!this.paused && this.#waiting.length > 0) this.#waiting.shift()?.();
    });
  }

  #pass(event: () => void): void {
    if (this.paused || this.#waiting.length > 0) this.#waiting.push(event);
    else event();
  }
}

/** An attempt of the program to connect, of which the test decides what comes of it. */
export class FakeAttempt {
  readonly place: ConnectPlace;
  cancelled = false;
  readonly #attempt: Settled<Wire>;

  constructor(place: ConnectPlace, attempt: Settled<Wire>) {
    this.place = place;
    this.#attempt = attempt;
  }

  succeed(): FakePeer {
    const peer = new FakePeer();
    peer.sink = this.#attempt.onReady(peer) ?? undefined;
    return peer;
  }

  fail(kind: Cause['kind']): void {
    this.#attempt.onFailed(cause(kind));
  }

  cancel(): void {
    this.cancelled = true;
  }
}

/** A network that is nothing but its peers, which a test plays; time passes when the test says so. */
export class FakeNetwork extends FakeBackend {
  readonly reactor: Reactor;
  readonly attempts: FakeAttempt[] = [];
  /** What the resolver knows. */
  readonly addresses: Map<string, HostAddress[]> = new Map();
  #port: ListeningPort | undefined;
  #accept: (peer: FakePeer) => Sink | null = () => null;

  constructor() {
    super();
    const { clock, streams, names } = this;
    const { resolve } = names;
    clock.defer = queueMicrotask;
    clock.yield = (task) => void setImmediate(task);
    streams.listen = async (_place, sink) => {
      this.#accept = (peer) => sink.onAccepted(peer);
      return { name: { family: 'IPv4', host: '192.0.2.1', port: 7 }, close: async () => {} };
    };
    streams.connect = (place, attempt) => {
      const fake = new FakeAttempt(place, attempt);
      this.attempts.push(fake);
      return fake;
    };
    names.resolve = async (host) => this.addresses.get(host) ?? resolve(host);
    this.reactor = new Reactor(this);
  }

  /** Opens a port for the factory, at which `arrive` arrives. */
  async serve(factory: Factory): Promise<ListeningPort> {
    this.#port = await this.reactor.listenTCP(7, factory);
    return this.#port;
  }

  /** The port begins to drain. */
  async drain(): Promise<void> {
    void this.#port?.drain();
    await this.settled();
  }

  /** A client connects; `answers` are those of its wire to the first writes. */
  arrive(...answers: boolean[]): FakePeer {
    const peer = new FakePeer();
    peer.answers.push(...answers);
    peer.sink = this.#accept(peer) ?? undefined;
    return peer;
  }

  /** Resolves when all that is under way has come to something, or waits for the test. */
  async settled(): Promise<void> {
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }
}
