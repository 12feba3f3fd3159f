import type { SocketName } from '../seam/address.ts';
import type { Cause } from '../seam/cause.ts';
import type { ConnectPlace, Listener, ListenPlace, ListenSink, Settled, Streams } from '../seam/streams.ts';
import type { TlsClientSettings, TlsContext, TlsServerSettings } from '../seam/tls.ts';
import type { Wire } from '../seam/wire.ts';
import { keyOf } from './place-key.ts';

const NOT_IN_TABLE: Cause = { kind: 'bind', code: '', detail: 'no socket was inherited for it' };
const GONE: Cause = {
  kind: 'other',
  code: 'EBADF',
  detail: 'its inherited socket was closed with its last port: this runtime cannot keep it',
};

/** Refuses what it is offered, and is not told of anything else. */
const NO_SINK: ListenSink = { onAccepted: () => null, onAcceptFailed: () => {} };

/**
 * The sockets that a process inherited, each for a place: a port at that place listens on its socket, which is not bound and
 * never unlinked here. When such a port stops, the socket stays, and the next port at the place goes on with it.
 */
export class InheritedSockets implements Streams {
  /** That of the runtime, if it has one. */
  readonly adopt?: NonNullable<Streams['adopt']>;
  readonly #streams: Streams;
  readonly #descriptors: ReadonlyMap<string, readonly number[]>;
  readonly #refuse: boolean;
  /** The descriptors that ports listen on, and those that are closed. */
  readonly #used: Set<number> = new Set();
  readonly #gone: Set<number> = new Set();
  #closed = false;

  /**
   * `descriptors` are those of each place, by its key, at least one. `refuse` says that a TCP or UNIX place which is not in the
   * table fails, in place of being bound.
   */
  constructor(streams: Streams, descriptors: ReadonlyMap<string, readonly number[]>, refuse: boolean) {
    this.#streams = streams;
    if (streams.adopt !== undefined) this.adopt = streams.adopt;
    this.#descriptors = descriptors;
    this.#refuse = refuse;
  }

  /** The descriptor for a place, by its key: one without a port, if there is one. Undefined for other places, and after `close`. */
  find(key: string): number | undefined {
    const descriptors = this.#closed ? undefined : this.#descriptors.get(key);
    return descriptors?.find((fd) => !this.#used.has(fd) && !this.#gone.has(fd)) ?? descriptors?.[0];
  }

  /** Listens at a place: the `listen` of the seam, with the table before it. */
  async listen(place: ListenPlace, sink: ListenSink): Promise<Listener | Cause> {
    const fd = this.#descriptorOf(place);
    if (fd === undefined || place.kind === 'stdio') {
      const refused = this.#refuse && (place.kind === 'tcp' || place.kind === 'unix');
      return refused ? NOT_IN_TABLE : this.#streams.listen(place, sink);
    }
    if (this.#gone.has(fd)) return GONE;
    const free = !this.#used.has(fd);
    this.#used.add(fd);
    const { backlog, paused } = place;
    const inherited = {
      kind: 'fd',
      fd,
      backlog,
      ...(place.kind === 'unix' && { path: place.path }),
      ...(paused !== undefined && { paused }),
    } as const;
    const listener = await this.#streams.listen(inherited, sink);
    if ('kind' in listener) {
      if (free) this.#used.delete(fd);
      return listener;
    }
    if (fits(listener.name, place)) return { name: listener.name, close: () => this.#leave(fd, listener) };
    await this.#leave(fd, listener);
    return { kind: 'other', code: '', detail: `descriptor ${fd}, which was inherited for it, is bound elsewhere` };
  }

  connect(place: ConnectPlace, attempt: Settled<Wire>): { cancel(): void } {
    return this.#streams.connect(place, attempt);
  }

  tlsContext(settings: TlsServerSettings | TlsClientSettings): TlsContext | Cause {
    return this.#streams.tlsContext(settings);
  }

  /** Closes the sockets that no port listens on now, and from now on each when its port stops. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const all = new Set([...this.#descriptors.values()].flat());
    const unused = [...all].filter((fd) => !this.#used.has(fd) && !this.#gone.has(fd));
    await Promise.all(unused.map((fd) => this.#discard(fd)));
  }

  #descriptorOf(place: ListenPlace): number | undefined {
    // Asked for by its number, it is in the table nevertheless.
    if (place.kind === 'fd') {
      const known = [...this.#descriptors.values()].some((descriptors) => descriptors.includes(place.fd));
      return known && !this.#closed ? place.fd : undefined;
    }
    const fd = this.find(keyOf(place));
    // One more port of any number is another place.
    const another = place.kind === 'tcp' && place.port === 0 && fd !== undefined && this.#used.has(fd);
    return another ? undefined : fd;
  }

  async #leave(fd: number, listener: Listener): Promise<void> {
    this.#used.delete(fd);
    if (!this.#closed && listener.suspend !== undefined) return listener.suspend();
    this.#gone.add(fd);
    return listener.close();
  }

  /** Closes a socket that no port listens on. To listen is to own it; nothing is accepted in one turn. */
  async #discard(fd: number): Promise<void> {
    this.#gone.add(fd);
    const listener = await this.#streams.listen({ kind: 'fd', fd, backlog: 1 }, NO_SINK);
    if (!('kind' in listener)) await listener.close();
  }
}

/** Whether a socket that is bound to a name can be the one for a place. Of the host only the system knows that. */
function fits(name: SocketName, place: ListenPlace): boolean {
  if (place.kind === 'unix') return name.family === 'UNIX';
  return place.kind !== 'tcp' || ('port' in name && (place.port === 0 || place.port === name.port));
}
