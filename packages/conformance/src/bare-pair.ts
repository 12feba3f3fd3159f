import { ClientTLS, ServerTLS } from 'couplet';
import type { Backend, Cause, ListenPlace, Sink, Wire } from 'couplet/testing';
import { expect } from './check.ts';
import type { BackendUnderTest, Link } from './stage.ts';

/** A sink that writes down what its wire tells: `data`, joined, `eof`, `writable`, `write failed`, `secured` and `closed`. */
export class Ear implements Sink {
  readonly wire: Wire;
  readonly log: string[] = [];
  /** All that arrived. */
  text = '';
  /** Why the wire closed, once it has. */
  cause: Cause | undefined;
  /** Runs inside each upcall. */
  heard: (what: string) => void = () => {};
  #changed: () => void = () => {};

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

  /** Resolves when that has been told. */
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

/** Two connected wires of a backend, without an engine: what happens to them in one turn is up to the check. */
export interface BarePair {
  readonly server: Ear;
  readonly client: Ear;
  /** Gives up the port. */
  close(): Promise<void>;
}

/** Connects two wires, and has them speak TLS where the link says so. */
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
  expect(name.family !== 'PIPE', 'the port has no address');
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
  if (tls === undefined) throw new Error('the backend under test has no TLS');
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
