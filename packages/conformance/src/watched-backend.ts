import type { Signal } from 'couplet';
import type {
  Backend,
  Cause,
  ConnectPlace,
  Listener,
  ListenPlace,
  ListenSink,
  Settled,
  Sink,
  SocketName,
  SpawnSink,
  Streams,
  Wire,
} from 'couplet/testing';
import { PassingBackend } from './passing-backend.ts';
import type { Found } from './scripted-backend.ts';

/**
 * A backend that notes what another one is asked for, and what of it is in use. A check may give names other addresses, and make
 * addresses that never answer.
 */
export class WatchedBackend extends PassingBackend {
  /** What the resolver answers before it asks the other one, at once or when a promise resolves. */
  readonly addresses: Map<string, Found | Promise<Found>> = new Map();
  /** Addresses to which no attempt ever succeeds or fails. */
  readonly silent: Set<string> = new Set();
  /** Every place that was listened on. */
  readonly places: ListenPlace[] = [];
  readonly #listeners: Set<SocketName> = new Set();
  readonly #attempts: Set<ConnectPlace> = new Set();
  readonly #wires: Set<Wire> = new Set();
  /** The signals that were sent to children, and how many children run. */
  readonly signals: Signal[] = [];
  #children = 0;
  /** How many callbacks catch signals. */
  #catchers = 0;
  #alarmed = false;

  constructor(backend: Backend) {
    super(backend);
    const { clock, streams, names, surroundings, processes } = backend;
    if (processes !== undefined) this.processes = { spawn: (place, sink) => processes.spawn(place, this.#count(sink)) };
    this.clock = {
      ...clock,
      alarm: (at, ring) => {
        this.#alarmed = at !== undefined;
        clock.alarm(at, () => {
          this.#alarmed = false;
          ring();
        });
      },
    };
    this.streams = {
      ...streams,
      listen: (place, sink) => this.#listen(streams, place, sink),
      connect: (place, attempt) => this.#connect(streams, place, attempt),
    };
    this.names = { resolve: async (host) => this.addresses.get(host) ?? names.resolve(host) };
    this.surroundings = {
      ...surroundings,
      catchSignals: (signals, caught) => {
        this.#catchers += 1;
        const release = surroundings.catchSignals(signals, caught);
        return () => {
          this.#catchers -= 1;
          release();
        };
      },
    };
  }

  /** What of the backend is in use now, each kind with its number. */
  get held(): string[] {
    const counts: readonly [what: string, count: number][] = [
      ['alarm', this.#alarmed ? 1 : 0],
      ['listener', this.#listeners.size],
      ['attempt', this.#attempts.size],
      ['wire', this.#wires.size],
      ['child', this.#children],
      ['signals', this.#catchers],
    ];
    return counts.filter(([, count]) => count > 0).map(([what, count]) => `${what} ${count}`);
  }

  /** Counts a child, and notes its signals. */
  #count(sink: SpawnSink): SpawnSink {
    return {
      onFailed: (cause) => sink.onFailed(cause),
      onStarted: (child) => {
        this.#children += 1;
        const { pid, stdin, stdout, stderr } = child;
        const signal = (name: Signal): boolean => {
          this.signals.push(name);
          return child.signal(name);
        };
        const release = (): void => {
          this.#children -= 1;
          child.release();
        };
        const sinks = sink.onStarted({ pid, stdin, stdout, stderr, signal, release });
        return {
          ...sinks,
          onExited: (exit) => {
            this.#children -= 1;
            sinks.onExited(exit);
          },
        };
      },
    };
  }

  async #listen(streams: Streams, place: ListenPlace, sink: ListenSink): Promise<Listener | Cause> {
    this.places.push(place);
    const listener = await streams.listen(place, {
      onAccepted: (wire) => this.#watch(wire, (watched) => sink.onAccepted(watched)),
      onAcceptFailed: (cause) => sink.onAcceptFailed(cause),
    });
    if ('kind' in listener) return listener;
    const { name } = listener;
    this.#listeners.add(name);
    const close = async (): Promise<void> => {
      await listener.close();
      this.#listeners.delete(name);
    };
    return { ...listener, close };
  }

  #connect(streams: Streams, place: ConnectPlace, attempt: Settled<Wire>): { cancel(): void } {
    this.#attempts.add(place);
    const silent = place.kind === 'tcp' && this.silent.has(place.host);
    const passed = silent ? undefined : streams.connect(place, this.#follow(place, attempt));
    const cancel = (): void => {
      this.#attempts.delete(place);
      passed?.cancel();
    };
    return { cancel };
  }

  #follow(place: ConnectPlace, attempt: Settled<Wire>): Settled<Wire> {
    return {
      onReady: (wire) => {
        this.#attempts.delete(place);
        return this.#watch(wire, (watched) => attempt.onReady(watched));
      },
      onFailed: (cause) => {
        this.#attempts.delete(place);
        attempt.onFailed(cause);
      },
    };
  }

  #watch(wire: Wire, taker: (wire: Wire) => Sink | null): Sink | null {
    const sink = taker(wire);
    if (sink === null) return null;
    this.#wires.add(wire);
    return this.#heed(wire, sink);
  }

  #heed(wire: Wire, sink: Sink): Sink {
    return {
      onData: (chunk) => sink.onData(chunk),
      onEof: () => sink.onEof(),
      onWritable: () => sink.onWritable(),
      onWriteFailed: (cause) => sink.onWriteFailed(cause),
      onSecured: (tls) => this.#heed(wire, sink.onSecured(tls)),
      onClosed: (cause) => {
        this.#wires.delete(wire);
        sink.onClosed(cause);
      },
    };
  }
}
