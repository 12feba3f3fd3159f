import { Connection } from '../src/connection/connection.ts';
import type { Handler } from '../src/connection/conversation.ts';
import { Conversation } from '../src/connection/conversation.ts';
import { Inlet } from '../src/connection/inlet.ts';
import { Connections } from '../src/engine/connections.ts';
import { Engine } from '../src/engine/engine.ts';
import { StreamTransport as Link } from '../src/engine/stream-transport.ts';
import type { ConnectionOptions } from '../src/protocol/options.ts';
import { boundsOf } from '../src/protocol/options.ts';
import type { Protocol } from '../src/protocol/protocol.ts';
import type { ErrorReport } from '../src/values/error-report.ts';
import { FakeBackend } from './fake-backend.ts';
import { FakeWire } from './fake-wire.ts';
import { originOf } from './origin.ts';

/** The bounds of a reactor that stops. */
const STOP = { lingerTimeoutMs: 5000, lingerMaxMs: 30_000 };

/** A wire that writes down how it is paused, resumed and ended. */
export class NotedWire extends FakeWire {
  readonly calls: string[] = [];
  override pause(): void {
    this.calls.push('pause');
  }
  override resume(): void {
    this.calls.push('resume');
  }
  override end(): void {
    this.calls.push('end');
  }
  override close(): void {
    this.calls.push('close');
  }
  override abort(): void {
    this.calls.push('abort');
  }
}

/** A connection, and the network at its other end. */
export class Line<P extends Protocol> {
  readonly wire: NotedWire = new NotedWire();
  readonly backend: FakeBackend = new FakeBackend();
  readonly engine: Engine = new Engine(this.backend);
  readonly reports: ErrorReport[] = [];
  readonly inlet: P;
  readonly #link: Link;

  constructor(inlet: P, options: ConnectionOptions = {}) {
    this.engine.observe({ error: (report) => this.reports.push(report) });
    this.inlet = inlet;
    this.#link = new Link(
      this.engine,
      this.wire,
      inlet,
      boundsOf(options),
      new Connections(this.engine, originOf(this.engine)),
    ).start();
  }

  /** What the peer sends arrives, in these chunks. */
  hear(...chunks: (string | Uint8Array)[]): void {
    for (const chunk of chunks) this.#link.onData(Buffer.from(chunk));
  }

  hearEnd(): void {
    this.#link.onEof();
  }

  /** The kernel refuses what was written. */
  refuse(): void {
    this.#link.onWriteFailed({ kind: 'reset', code: 'EPIPE', detail: 'it was refused' });
  }

  /** The reactor stops: the connection is asked to leave, or cut. */
  stop(how: 'quit' | 'cut'): void {
    this.engine.run(() => (how === 'quit' ? this.#link.quit(STOP, 'the reactor stopped') : this.#link.cut()));
  }

  /** The wire is gone. */
  cut(kind: 'done' | 'reset' = 'reset'): void {
    this.#link.onClosed({ kind, code: '', detail: `it was ${kind}` });
  }

  /** The kernel takes what the wire holds. */
  passOn(): void {
    this.wire.passOn();
    this.#link.onWritable();
  }

  /** What was to wait for the other events has its turn. False when nothing was. */
  turn(): boolean {
    return this.backend.runYielded() > 0;
  }

  /** Everything that was put off has its turn. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 5; turn += 1) {
      await Promise.resolve();
      this.backend.runDeferred();
    }
  }
}

export function open(): { line: Line<Inlet>; connection: Connection } {
  const line = new Line(new Inlet());
  return { line, connection: new Connection(line.inlet) };
}

export function serve(handler: Handler): Line<Conversation> {
  return new Line(new Conversation(handler));
}

/** The values that are pulled so many times. */
export async function take<T>(frames: AsyncIterator<T, undefined>, count: number): Promise<(T | undefined)[]> {
  const taken: (T | undefined)[] = [];
  while (taken.length < count) taken.push((await frames.next()).value);
  return taken;
}

export async function all<T>(frames: AsyncIterable<T>): Promise<T[]> {
  const taken: T[] = [];
  for await (const frame of frames) taken.push(frame);
  return taken;
}

/** Whether the promise has settled by now. */
export async function settled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending;
}
