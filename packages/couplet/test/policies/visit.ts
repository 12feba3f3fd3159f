import { Admission } from '../../src/engine/admission.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { StreamTransport } from '../../src/engine/stream-transport.ts';
import type { Factory } from '../../src/protocol/factory.ts';
import { boundsOf, type ConnectionOptions } from '../../src/protocol/options.ts';
import type { Callbacks } from '../../src/protocol/protocol.ts';
import type { SocketName } from '../../src/seam/address.ts';
import type { Cause } from '../../src/seam/cause.ts';
import type { TlsContext } from '../../src/seam/tls.ts';
import type { Sink } from '../../src/seam/wire.ts';
import type { ErrorReport } from '../../src/values/error-report.ts';
import { FakeBackend } from '../fake-backend.ts';
import { FakeWire } from '../fake-wire.ts';
import { originOf } from '../origin.ts';

/** A wire of which the test is the other end. It closes when the test says so, once it was asked to. */
export class Visit extends FakeWire {
  override readonly peer: SocketName | undefined;
  /** `end`, `close`, `abort`, `pause`, `resume` and `startTls`, in order. */
  readonly calls: string[] = [];
  sink: Sink | null = null;
  protocol: Callbacks | undefined;
  paused = false;
  closed = false;
  /** What the engine has asked for. */
  #leaving = false;

  constructor(peer: SocketName | undefined) {
    super();
    this.peer = peer;
  }

  /** Whether it was given a protocol, or turned away. */
  get admitted(): boolean {
    return this.protocol !== undefined;
  }

  /** The peer sends; only while this end reads. */
  send(data: string | Buffer): void {
    this.sink?.onData(Buffer.from(data));
  }

  /** What this wire holds is with the kernel. */
  drain(): void {
    if (this.passOn()) this.sink?.onWritable();
  }

  /** The network takes the connection away. */
  cut(): void {
    this.#close({ kind: 'reset', code: 'ECONNRESET', detail: 'cut' });
  }

  /** Closes if this side wants it to. */
  settle(): void {
    if (this.#leaving) this.#close({ kind: 'done', code: '', detail: 'closed in order' });
  }

  override end(): void {
    this.calls.push('end');
  }

  override close(): void {
    this.calls.push('close');
    this.#leaving = true;
  }

  override abort(): void {
    this.calls.push('abort');
    this.#leaving = true;
  }

  override pause(): void {
    this.calls.push('pause');
    this.paused = true;
  }

  override resume(): void {
    this.calls.push('resume');
    this.paused = false;
  }

  override startTls(_context: TlsContext, serverName: string, unread: Buffer): void {
    this.calls.push(`startTls ${serverName}${unread}`);
  }

  #close(cause: Cause): void {
    if (this.closed) return;
    this.closed = true;
    this.sink?.onClosed(cause);
  }
}

export const LOCAL: SocketName = { family: 'IPv4', host: '192.0.2.1', port: 4321 };

/** An engine with virtual time that accepts visits as a port does. */
export class House {
  readonly backend: FakeBackend = new FakeBackend(1000);
  readonly engine: Engine = new Engine(this.backend);
  readonly reports: ErrorReport[] = [];
  /** The visits that were turned away with a message. */
  readonly refused: Visit[] = [];
  /** Why others were, or the same, in order. */
  readonly reasons: Error[] = [];
  readonly admission: Admission<Callbacks>;

  constructor(factory: Factory, options: ConnectionOptions = {}) {
    const terms = { bounds: boundsOf(options) };
    this.admission = new Admission<Callbacks>(this.engine, factory, terms, originOf(this.engine), {
      building: () => {},
      seated: (connection: StreamTransport) => void connection.start(),
      refused: (reason) => void this.reasons.push(reason),
      lost: () => {},
    });
    this.engine.observe({ error: (report) => void this.reports.push(report) });
  }

  /** A visitor comes, `null` for one that the runtime has forgotten already; `answers` is what its wire answers to the first writes. */
  accept(peer: SocketName | null = LOCAL, answers: readonly boolean[] = []): Visit {
    const visit = new Visit(peer ?? undefined);
    visit.answers.push(...answers);
    const admitted = this.admission.begin(visit);
    visit.sink = admitted.sink;
    // A backend closes what nobody takes.
    if (admitted.sink === null) visit.closed = true;
    else if (admitted.kind === 'refused') this.refused.push(visit);
    else if (admitted.kind === 'seated') visit.protocol = admitted.protocol;
    return visit;
  }

  /** Lets what was put off happen, and time pass. */
  pass(ms: number): void {
    this.backend.runDeferred();
    this.backend.advance(ms);
    this.backend.runDeferred();
  }

  /** Other events have their turn. */
  turn(): void {
    this.backend.runYielded();
  }
}
