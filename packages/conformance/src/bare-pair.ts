import { ClientTLS, ServerTLS } from 'couplet';
import type { Backend, Cause, ListenPlace, Sink, Wire } from 'couplet/testing';
import { expect } from './check.ts';
import type { BackendUnderTest, Link } from './stage.ts';

/**
 * A sink that writes down the calls of its wire: `data`, `eof`, `writable`, `write failed`, `secured` and `closed` in `log`, and the bytes
 * in `text`. It belongs to one wire, which a test may use through `wire`.
 */
export class Ear implements Sink {
  /** The wire whose sink this is. */
  readonly wire: Wire;
  /** The calls so far, in order; successive `data` only once. */
  readonly log: string[] = [];
  /** All bytes that arrived, one character for each (latin1). */
  text = '';
  /** Why the wire closed; undefined while it is open. */
  cause: Cause | undefined;
  /** Called inside each call of the wire, after it was written down, with its name in `log`. Does nothing unless it is set. */
  heard: (what: string) => void = () => {};
  #changed: () => void = () => {};

  /** Makes a sink for that wire. It has to be returned from `onAccepted` or `onReady`, which attaches it. */
  constructor(wire: Wire) {
    this.wire = wire;
  }

  onData(chunk: Buffer): void {
    this.text += chunk.toString('latin1');
    this.#note('data');
  }

  onEof(): void {
    this.#note('eof');
  }

  onWritable(): void {
    this.#note('writable');
  }

  onWriteFailed(): void {
    this.#note('write failed');
  }

  onSecured(): Sink {
    this.#note('secured');
    return this;
  }

  onClosed(cause: Cause): void {
    this.cause = cause;
    this.#note('closed');
  }

  /** Resolves once the wire has made that call: `what` is its name in `log`. Waits for ever if the wire does not make it. */
  async hears(what: string): Promise<void> {
    while (!this.log.includes(what)) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }

  #note(what: string): void {
    if (what !== 'data' || this.log.at(-1) !== 'data') this.log.push(what);
    this.#changed();
    this.heard(what);
  }
}

/** Two connected wires of a backend, without an engine: a test decides which calls they get in one turn. */
export interface BarePair {
  /** The sink of the wire that was accepted. */
  readonly server: Ear;
  /** The sink of the wire that connected. */
  readonly client: Ear;
  /** Closes the port. Resolves when it has closed. The two wires stay open: abort one that is still open. */
  close(): Promise<void>;
}

/**
 * Connects two wires of a backend, over a port of its own. Resolves when both are connected, and for the link `tls` when both have
 * finished the handshake. Rejects with an `Error` if the backend cannot listen or connect, or has no TLS; for a link `unix` without a
 * `unixPath` it connects over TCP.
 */
export async function barePair(backend: Backend, underTest: BackendUnderTest, link: Link): Promise<BarePair> {
  let accepted: (ear: Ear) => void = () => {};
  const accepting = new Promise<Ear>((resolve) => {
    accepted = resolve;
  });
  const onAccepted = (wire: Wire): Sink => {
    const ear = new Ear(wire);
    accepted(ear);
    return ear;
  };
  const listener = await backend.streams.listen(placeOf(underTest, link), { onAccepted, onAcceptFailed: () => {} });
  if ('kind' in listener) throw new Error(listener.detail);
  const { name } = listener;
  expect(name.family !== 'PIPE', 'the name of the listener is that of a pipe, not of a socket');
  const client = await new Promise<Ear>((resolve, reject) => {
    const place =
      name.family === 'UNIX'
        ? ({ kind: 'unix', path: name.path } as const)
        : ({ kind: 'tcp', host: name.host, port: name.port, localHost: undefined, localPort: undefined } as const);
    backend.streams.connect(place, {
      onReady: (wire) => {
        const ear = new Ear(wire);
        resolve(ear);
        return ear;
      },
      onFailed: (cause) => reject(new Error(cause.detail)),
    });
  });
  const server = await accepting;
  if (link === 'tls') await secure(backend, underTest, server, client);
  return { server, client, close: () => listener.close() };
}

async function secure(backend: Backend, { tls }: BackendUnderTest, server: Ear, client: Ear): Promise<void> {
  if (tls === undefined) throw new Error("tls of BackendUnderTest is undefined: a pair over 'tls' needs it");
  for (const [ear, { settings }] of [
    [server, new ServerTLS(tls.server)],
    [client, new ClientTLS(tls.client)],
  ] as const) {
    const context = backend.streams.tlsContext(settings);
    if ('kind' in context) throw new Error(context.detail);
    ear.wire.startTls(context, ear === client ? '127.0.0.1' : '', Buffer.alloc(0));
  }
  await Promise.all([server.hears('secured'), client.hears('secured')]);
}

function placeOf(underTest: BackendUnderTest, link: Link): ListenPlace {
  const path = underTest.unixPath?.();
  if (link === 'unix' && path !== undefined) return { kind: 'unix', path, mode: 0o600, backlog: 10 };
  return { kind: 'tcp', host: '127.0.0.1', port: 0, backlog: 10 };
}
