import type { Cause, ConnectPlace, HostAddress, InetName, Settled, Sink, SocketName, Wire } from 'couplet/testing';

/** Where every scripted connection comes from. */
export const SCRIPTED_HOST: InetName = { family: 'IPv4', host: '192.0.2.254', port: 4321 };

/** The wire of a connection without a peer: it takes everything, and ends when this end or the check ends it. */
export class ScriptedWire implements Wire {
  readonly local: SocketName = SCRIPTED_HOST;
  readonly peer: SocketName;
  readonly copies = false;
  /** The sink, once there is one. */
  sink: Sink | undefined;
  aborted = false;
  readonly #defer: (task: () => void) => void;
  #open = true;

  constructor(place: ConnectPlace, defer: (task: () => void) => void) {
    this.peer = nameOf(place);
    this.#defer = defer;
  }

  /** The network ends the connection. */
  lose(kind: Cause['kind'] = 'done'): void {
    if (!this.#open) return;
    this.#open = false;
    this.sink?.onClosed(causeOf(kind));
  }

  write(_chunk: Uint8Array): boolean {
    return true;
  }

  /** The peer answers a FIN with its own. */
  end(): void {
    this.#defer(() => {
      if (this.#open) this.sink?.onEof();
    });
  }

  close(): void {
    this.#defer(() => this.lose());
  }

  abort(): void {
    this.aborted = true;
    this.#defer(() => this.lose());
  }

  pause(): void {}

  resume(): void {}

  setNoDelay(): void {}

  setKeepAlive(): void {}

  /** Does nothing: there is no peer to answer. */
  startTls(): void {}
}

/** A connection attempt whose outcome the check decides. */
export class ScriptedAttempt {
  readonly place: ConnectPlace;
  /** When it began. */
  readonly at: number;
  cancelled = false;
  #ended = false;
  readonly #attempt: Settled<Wire>;
  readonly #defer: (task: () => void) => void;

  constructor(place: ConnectPlace, at: number, attempt: Settled<Wire>, defer: (task: () => void) => void) {
    this.place = place;
    this.at = at;
    this.#attempt = attempt;
    this.#defer = defer;
  }

  /** The address, or the path. */
  get host(): string {
    const name = nameOf(this.place);
    if ('port' in name) return name.host;
    return 'path' in name ? name.path : name.family;
  }

  /**
   * Makes the attempt succeed, and returns its wire; `prepare` may change that before the engine gets it. The engine is not told if the
   * attempt was cancelled, or is over already.
   */
  succeed(prepare: (wire: ScriptedWire) => void = () => {}): ScriptedWire {
    const wire = new ScriptedWire(this.place, this.#defer);
    prepare(wire);
    if (this.#end()) wire.sink = this.#attempt.onReady(wire) ?? undefined;
    return wire;
  }

  /** Makes the attempt fail. The engine is not told if the attempt was cancelled, or is over already. */
  fail(kind: Cause['kind'], code = ''): void {
    if (this.#end()) this.#attempt.onFailed(causeOf(kind, code));
  }

  cancel(): void {
    this.cancelled = true;
  }

  /** Ends the attempt. Returns true if it was not over before. */
  #end(): boolean {
    const open = !this.#ended && !this.cancelled;
    this.#ended = true;
    return open;
  }
}

function nameOf(place: ConnectPlace): SocketName {
  switch (place.kind) {
    case 'tcp':
      return { family: familyOf(place.host), host: place.host, port: place.port };
    case 'unix':
      return { family: 'UNIX', path: place.path };
    case 'stdio':
      return { family: 'PIPE' };
  }
}

/** The cause of a scripted end. */
export function causeOf(kind: Cause['kind'], code = ''): Cause {
  return { kind, code, detail: `scripted: ${kind}` };
}

/** IP literals as a resolver gives them. */
export function addressesOf(...hosts: string[]): HostAddress[] {
  return hosts.map((host) => ({ family: familyOf(host), host }));
}

function familyOf(host: string): 'IPv4' | 'IPv6' {
  return host.includes(':') ? 'IPv6' : 'IPv4';
}
