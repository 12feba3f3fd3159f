import { describe, test } from 'node:test';
import { NodeBackend } from 'couplet/node';
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
  Streams,
  Wire,
} from 'couplet/testing';
import { checkBackend } from 'couplet-conformance';

// A whole backend, as small as one can be: TCP within one process, by memory. It takes time and process from Node, and shows what
// the seam asks of streams.

/** How many bytes a wire takes that its peer has not read. */
const ROOM = 65_536;
const DONE: Cause = { kind: 'done', code: '', detail: 'closed in order' };
const RESET: Cause = { kind: 'reset', code: 'ECONNRESET', detail: 'connection reset by peer' };

function causeOf(kind: Cause['kind'], code: string, detail: string): Cause {
  return { kind, code, detail };
}

class ToyWire implements Wire {
  readonly local: SocketName;
  readonly peer: SocketName;
  readonly copies = false;
  /** The other end; it is linked before anything happens. */
  other: ToyWire = this;
  #sink: Sink | undefined;
  /** What the peer wrote and nobody has read. */
  readonly #inbox: Buffer[] = [];
  /** How many bytes more it may be. */
  #room = ROOM;
  /** What the peer has no room for. */
  #held: Uint8Array | undefined;
  /** The peer has sent all; this end has. */
  #fin = false;
  #ended = false;
  #paused = false;
  /** Why the connection is cut. */
  #cut: Cause | undefined;
  /** What is to be told next. */
  readonly #owed: ((sink: Sink) => void)[] = [];
  #eofTold = false;
  #failed = false;
  /** This end has given it up; it is closed. */
  #left = false;
  #gone = false;
  #planned = false;

  constructor(local: SocketName, peer: SocketName) {
    this.local = local;
    this.peer = peer;
  }

  attach(sink: Sink | null): void {
    if (sink === null) this.close();
    else this.#sink = sink;
    this.#plan();
  }

  write(chunk: Uint8Array): boolean {
    if (this.#left || this.#gone) return true;
    if (this.#cut !== undefined) {
      this.#fail(this.#cut);
      return false;
    }
    // As TCP: the first write to somebody who is gone is answered by a reset.
    if (this.other.#left || this.other.#gone) this.#reset(RESET);
    else this.#hold(this.other.#take(chunk));
    return this.#held === undefined;
  }

  end(): void {
    this.#ended = true;
    this.other.#finish();
    this.#plan();
  }

  close(): void {
    if (this.#left || this.#gone) return;
    this.#left = true;
    this.#held = undefined;
    this.other.#finish();
    if (this.other.#held !== undefined) this.other.#reset(RESET);
    this.#plan();
  }

  abort(): void {
    if (this.#left || this.#gone) return;
    this.#left = true;
    this.#held = undefined;
    this.other.#reset(RESET);
    this.#plan();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#plan();
  }

  setNoDelay(): void {}

  setKeepAlive(): void {}

  startTls(): void {
    throw new Error('there is no context to begin with');
  }

  /** The peer writes. Returns what there is no room for. */
  #take(chunk: Uint8Array): Uint8Array {
    const taken = Buffer.from(chunk.subarray(0, this.#room));
    this.#room -= taken.length;
    if (taken.length > 0) this.#inbox.push(taken);
    this.#plan();
    return chunk.subarray(taken.length);
  }

  #hold(rest: Uint8Array): void {
    this.#held = rest.length === 0 ? undefined : rest;
  }

  /** The peer has read something. */
  #flush(): void {
    if (this.#held === undefined) return;
    this.#hold(this.other.#take(this.#held));
    if (this.#held !== undefined) return;
    this.#owed.push((sink) => sink.onWritable());
    this.#plan();
  }

  #finish(): void {
    this.#fin = true;
    this.#plan();
  }

  #reset(cause: Cause): void {
    this.#cut ??= cause;
    if (this.#held !== undefined) this.#fail(this.#cut);
    this.#plan();
  }

  #fail(cause: Cause): void {
    this.#held = undefined;
    if (!this.#failed) this.#owed.push((sink) => sink.onWriteFailed(cause));
    this.#failed = true;
    this.#plan();
  }

  #plan(): void {
    if (this.#planned || this.#gone || this.#sink === undefined) return;
    this.#planned = true;
    setImmediate(() => {
      this.#planned = false;
      if (this.#sink !== undefined && !this.#gone && this.#tell(this.#sink)) this.#plan();
    });
  }

  /** Tells what became of what was written, and what came next: neither keeps the other waiting. False when nothing is left. */
  #tell(sink: Sink): boolean {
    for (const owed of this.#owed.splice(0)) if (!this.#left) owed(sink);
    if (this.#left) return this.#vanish(sink, this.#cut ?? DONE);
    if (this.#paused && (this.#inbox.length > 0 || this.#cut === undefined)) return false;
    else if (this.#inbox.length > 0) this.#deliver(sink);
    else if (this.#cut !== undefined) return this.#vanish(sink, this.#cut);
    else if (this.#fin && !this.#eofTold) {
      this.#eofTold = true;
      sink.onEof();
    } else if (this.#fin && this.#ended) return this.#vanish(sink, DONE);
    else return false;
    return true;
  }

  #deliver(sink: Sink): void {
    const chunk = Buffer.concat(this.#inbox.splice(0));
    this.#room = ROOM;
    this.other.#flush();
    sink.onData(chunk);
  }

  #vanish(sink: Sink, cause: Cause): boolean {
    this.#gone = true;
    sink.onClosed(cause);
    return false;
  }
}

/** Who listens, by host and port. */
const ports = new Map<string, ListenSink>();
let lastPort = 40_000;

function nameOf(host: string, port: number): SocketName {
  return { family: host.includes(':') ? 'IPv6' : 'IPv4', host, port };
}

function isOurs(host: string): boolean {
  return /^(127\.|0\.0\.0\.0$|::1?$)/.test(host);
}

async function listen(place: ListenPlace, sink: ListenSink): Promise<Listener | Cause> {
  if (place.kind !== 'tcp') return causeOf('other', 'EAFNOSUPPORT', 'there is nothing but TCP');
  if (!isOurs(place.host)) return causeOf('bind', 'EADDRNOTAVAIL', 'address not available');
  if (place.port === 0) lastPort += 1;
  const port = place.port === 0 ? lastPort : place.port;
  const key = `${place.host}:${port}`;
  if (ports.has(key)) return causeOf('bind', 'EADDRINUSE', 'address already in use');
  ports.set(key, sink);
  const close = async (): Promise<void> => {
    ports.delete(key);
  };
  return { name: nameOf(place.host, port), close };
}

function pair(own: SocketName, its: SocketName): [near: ToyWire, far: ToyWire] {
  const [near, far] = [new ToyWire(own, its), new ToyWire(its, own)];
  near.other = far;
  far.other = near;
  return [near, far];
}

function connect(place: ConnectPlace, attempt: Settled<Wire>): { cancel(): void } {
  const immediate = setImmediate(() => {
    const made = place.kind === 'tcp' ? meet(place) : causeOf('other', 'EAFNOSUPPORT', 'there is nothing but TCP');
    if ('kind' in made) attempt.onFailed(made);
    else made.near.attach(attempt.onReady(made.near));
  });
  return { cancel: () => clearImmediate(immediate) };
}

function meet(place: Extract<ConnectPlace, { kind: 'tcp' }>): { near: ToyWire } | Cause {
  const { host, port, localHost = host, localPort } = place;
  if (!isOurs(localHost)) return causeOf('bind', 'EADDRNOTAVAIL', 'address not available');
  const sink = ports.get(`${host}:${port}`) ?? ports.get(`0.0.0.0:${port}`);
  if (!isOurs(host)) return causeOf('unreachable', 'ENETUNREACH', 'network is unreachable');
  if (sink === undefined) return causeOf('refused', 'ECONNREFUSED', 'connection refused');
  lastPort += 1;
  const [own, its] = [nameOf(localHost, localPort ?? lastPort), nameOf(host, port)];
  const [near, far] = pair(own, its);
  setImmediate(() => far.attach(sink.onAccepted(far)));
  return { near };
}

const streams: Streams = {
  listen,
  connect,
  tlsContext: () => causeOf('tls', '', 'there is no TLS'),
};

function toyBackend(): Backend {
  const resolve = async (host: string): ReturnType<Backend['names']['resolve']> =>
    host === 'localhost'
      ? [{ family: 'IPv4', host: '127.0.0.1' }]
      : causeOf('lookup', 'ENOTFOUND', `${host} has no address`);
  return { ...new NodeBackend(), name: 'toy', streams, names: { resolve } };
}

/** Two wires without a port, of which the near one is full. */
async function clogged(
  _backend: Backend,
  near: (wire: Wire) => Sink,
  far: (wire: Wire) => Sink,
): Promise<() => Promise<void>> {
  const [one, other] = pair(nameOf('127.0.0.1', 1), nameOf('127.0.0.1', 2));
  one.attach(near(one));
  other.attach(far(other));
  other.pause();
  while (one.write(Buffer.alloc(ROOM / 2 + 1)));
  return async () => {};
}

describe('a toy backend in one file', () => {
  for (const { name, run } of checkBackend({ backend: toyBackend, clogged })) test(name, { timeout: 30_000 }, run);
});
