import { NodeBackend } from 'couplet/node';
import type { Backend, Cause, Listener, ListenSink, Resolver, Sink, SocketName, Streams, Wire } from 'couplet/testing';

/** How many bytes a wire takes that its peer has not read. */
export const ROOM = 65_536;

const DONE: Cause = { kind: 'done', code: '', detail: 'closed in order' };
const RESET: Cause = { kind: 'reset', code: 'ECONNRESET', detail: 'connection reset by peer' };

function failure(kind: Cause['kind'], code: string, detail: string): Cause {
  return { kind, code, detail };
}

/** One end of a connection. */
class ToyWire implements Wire {
  readonly local: SocketName;
  readonly peer: SocketName;
  readonly copies = false;
  /** The other end; it is linked before anything else happens. */
  other: ToyWire = this;
  #sink: Sink | undefined;
  /** What the peer wrote and the sink has not received yet, and how much more of it there may be. */
  readonly #inbox: Buffer[] = [];
  #room = ROOM;
  /** The rest of the chunk that the peer has no room for. */
  #held: Uint8Array | undefined;
  #paused = false;
  /** This end has sent all; the peer has, and the sink knows. */
  #ended = false;
  #peerEnded = false;
  #eofTold = false;
  /** The peer, or this end, has cut the connection. */
  #cut = false;
  /** What the sink is to be told of its writes. */
  #writable = false;
  #failed: 'no' | 'untold' | 'told' = 'no';
  /** This end has called `close` or `abort`; `onClosed` was called. */
  #left = false;
  #gone = false;
  #planned = false;

  constructor(local: SocketName, peer: SocketName) {
    this.local = local;
    this.peer = peer;
  }

  /** Takes the answer to `onReady` or `onAccepted`. */
  attach(sink: Sink | null): void {
    // A wire that is refused has no sink to tell.
    this.#sink = sink ?? undefined;
    if (sink === null) this.close();
    this.#plan();
  }

  write(chunk: Uint8Array): boolean {
    if (this.#left || this.#gone) return true;
    if (this.#cut) this.#fail();
    // As over TCP, the first write to a peer that is gone succeeds, and a reset comes back.
    else if (this.other.#left || this.other.#gone) this.#reset();
    else this.#held = this.other.#take(chunk);
    return this.#failed === 'no' && this.#held === undefined;
  }

  end(): void {
    this.#ended = true;
    this.other.#end();
    this.#plan();
  }

  close(): void {
    if (this.#left || this.#gone) return;
    this.#leave();
    this.other.#end();
    // What the peer could not send yet has no reader any more.
    if (this.other.#held !== undefined) this.other.#reset();
  }

  abort(): void {
    if (this.#left || this.#gone) return;
    this.#leave();
    this.other.#reset();
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
    throw new Error('tlsContext has given no context');
  }

  #leave(): void {
    this.#left = true;
    this.#held = undefined;
    this.#plan();
  }

  /** Puts as much of a chunk into the inbox as there is room for, and returns the rest. */
  #take(chunk: Uint8Array): Uint8Array | undefined {
    const taken = Buffer.from(chunk.subarray(0, this.#room));
    this.#room -= taken.length;
    if (taken.length > 0) this.#inbox.push(taken);
    this.#plan();
    return taken.length < chunk.length ? chunk.subarray(taken.length) : undefined;
  }

  /** The peer has room again. */
  #flush(): void {
    if (this.#held === undefined) return;
    this.#held = this.other.#take(this.#held);
    this.#writable = this.#held === undefined;
    this.#plan();
  }

  #end(): void {
    this.#peerEnded = true;
    this.#plan();
  }

  #reset(): void {
    this.#cut = true;
    if (this.#held !== undefined) this.#fail();
    this.#plan();
  }

  #fail(): void {
    this.#held = undefined;
    if (this.#failed === 'no') this.#failed = 'untold';
    this.#plan();
  }

  /** Calls the sink from the event loop, never from inside a call on the wire. */
  #plan(): void {
    if (this.#planned || this.#gone) return;
    this.#planned = true;
    setImmediate(() => {
      this.#planned = false;
      if (this.#sink !== undefined && !this.#gone && this.#tell(this.#sink)) this.#plan();
    });
  }

  /** Tells the sink one thing of its writes and one of what arrived: neither waits for the other. False when there is nothing. */
  #tell(sink: Sink): boolean {
    if (!this.#left) this.#tellOfWrites(sink);
    if (this.#left) return this.#close(sink, this.#cut ? RESET : DONE);
    const arrived = this.#inbox.length > 0;
    if (this.#paused && (arrived || !this.#cut)) return false;
    if (arrived) this.#deliver(sink);
    else if (this.#cut) return this.#close(sink, RESET);
    else if (this.#peerEnded && !this.#eofTold) {
      this.#eofTold = true;
      sink.onEof();
    } else if (this.#peerEnded && this.#ended) return this.#close(sink, DONE);
    else return false;
    return true;
  }

  #tellOfWrites(sink: Sink): void {
    if (this.#writable) {
      this.#writable = false;
      sink.onWritable();
    }
    if (this.#failed !== 'untold' || this.#left) return;
    this.#failed = 'told';
    sink.onWriteFailed(RESET);
  }

  #deliver(sink: Sink): void {
    const chunk = Buffer.concat(this.#inbox.splice(0));
    this.#room = ROOM;
    this.other.#flush();
    sink.onData(chunk);
  }

  #close(sink: Sink, cause: Cause): boolean {
    this.#gone = true;
    sink.onClosed(cause);
    return false;
  }
}

function nameOf(host: string, port: number): SocketName {
  return { family: host.includes(':') ? 'IPv6' : 'IPv4', host, port };
}

/** Two ends of one connection. */
export function pair(own: SocketName, its: SocketName): [near: ToyWire, far: ToyWire] {
  const [near, far] = [new ToyWire(own, its), new ToyWire(its, own)];
  near.other = far;
  far.other = near;
  return [near, far];
}

function isOurs(host: string): boolean {
  return /^(127\.|0\.0\.0\.0$|::1?$)/.test(host);
}

/** What listens, by host and port; as on a real machine, all backends of the process share it. */
const ports = new Map<string, ListenSink>();
let lastPort = 40_000;

export function toyBackend(): Backend {
  const listen: Streams['listen'] = async (place, sink): Promise<Listener | Cause> => {
    if (place.kind !== 'tcp') return failure('other', 'EAFNOSUPPORT', 'this backend has TCP only');
    if (!isOurs(place.host)) return failure('bind', 'EADDRNOTAVAIL', 'address not available');
    if (place.reusePort === true) return failure('bind', 'ENOTSUP', 'this backend cannot share a port');
    const port = place.port === 0 ? ++lastPort : place.port;
    const key = `${place.host}:${port}`;
    if (ports.has(key)) return failure('bind', 'EADDRINUSE', 'address already in use');
    ports.set(key, sink);
    const close = async () => void ports.delete(key);
    return { name: nameOf(place.host, port), close };
  };

  const connect: Streams['connect'] = (place, attempt) => {
    const immediate = setImmediate(() => {
      if (place.kind !== 'tcp') return attempt.onFailed(failure('other', 'EAFNOSUPPORT', 'this backend has TCP only'));
      const { host, port, localHost = host, localPort = ++lastPort } = place;
      if (!isOurs(localHost)) return attempt.onFailed(failure('bind', 'EADDRNOTAVAIL', 'address not available'));
      if (!isOurs(host)) return attempt.onFailed(failure('unreachable', 'ENETUNREACH', 'network is unreachable'));
      const sink = ports.get(`${host}:${port}`) ?? ports.get(`0.0.0.0:${port}`);
      if (sink === undefined) return attempt.onFailed(failure('refused', 'ECONNREFUSED', 'connection refused'));
      const [near, far] = pair(nameOf(localHost, localPort), nameOf(host, port));
      setImmediate(() => far.attach(sink.onAccepted(far)));
      near.attach(attempt.onReady(near));
    });
    return { cancel: () => clearImmediate(immediate) };
  };

  const resolve: Resolver['resolve'] = async (host) =>
    host === 'localhost'
      ? [{ family: 'IPv4', host: '127.0.0.1' }]
      : failure('lookup', 'ENOTFOUND', `${host} has no address`);

  const tlsContext = () => failure('tls', '', 'this backend has no TLS');
  return { ...new NodeBackend(), name: 'toy', streams: { listen, connect, tlsContext }, names: { resolve } };
}
