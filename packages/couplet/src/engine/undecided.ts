import type { Address } from '../address/address.ts';
import { Filter } from '../filters/filter.ts';
import { AdmissionTimeout, type AdmissionWait, PeerGone, PortStopped, type Refused } from '../filters/refused.ts';
import { Machine } from '../machine/machine.ts';
import type { Run } from '../machine/run.ts';
import type { ProxyHeader } from '../protocol/proxy-header.ts';
import type { ConnectionDetail, ConnectionView, WaitsFor } from '../protocol/views.ts';
import type { Cause } from '../seam/cause.ts';
import type { Settled } from '../seam/streams.ts';
import type { TlsInfo } from '../seam/tls.ts';
import type { Sink, Wire } from '../seam/wire.ts';
import type { DelayedCall } from '../time/clock.ts';
import { promiseOf } from '../values/thenable.ts';
import { ADMISSION_LIFE } from './admission-life.ts';
import { WireEnds } from './ends.ts';
import type { Engine } from './engine.ts';
import { Farewell } from './farewell.ts';
import { type Handshake, handshakeFailure } from './handshake.ts';
import type { Live } from './live.ts';
import { CONNECTIONS } from './observers.ts';
import type { Origin } from './origin.ts';
import type { Prelude } from './prelude.ts';

const LIFE = new Machine('admission', 'arrived', ADMISSION_LIFE);

/** The cause that a filter is told when it was the verdict, and came after the wait for it had ended. */
const LATE: Cause = { kind: 'done', code: '', detail: 'the verdict came too late' };

/** What a wire waits for in each state. */
const WAITS_FOR: Record<keyof typeof ADMISSION_LIFE, WaitsFor> = {
  arrived: 'nothing',
  header: 'peer',
  verdict: 'admission',
  handshake: 'handshake',
  farewell: 'peer',
  refused: 'nothing',
  seated: 'nothing',
  gone: 'nothing',
};

/** How long the kernel may take at most for the message to a peer that is refused, in milliseconds. */
const FAREWELL_MS = 5000;

/** What leads a wire from one step to the next. */
export interface Steps {
  readonly origin: Origin;
  /** The header is complete. Returns the sink for what follows, or null to have the wire closed. */
  judge(one: Undecided): Sink | null;
  /** The promise of the verdict has resolved. */
  decide(one: Undecided, verdict: unknown): void;
  /** The promise of the verdict has rejected. */
  fail(one: Undecided, error: unknown): void;
  /** The handshake is complete. Returns the sink for what follows, or null to have the wire closed. */
  build(one: Undecided, admitted: Wire): Sink | null;
  /** Tells a filter that its connection is not there any more. What it throws is reported. */
  abandon(filter: Filter, cause: Cause): void;
  /** One verdict less is awaited. */
  released(): void;
  /** The wire is refused. Called once. */
  refused(one: Undecided, reason: Error): void;
  /** The wire is closed, or has its connection: it is undecided no longer. */
  gone(one: Undecided): void;
}

/** The wait for a verdict, as the factory and its policies see it. One that they have not used serves the next wire. */
export class Wait implements AdmissionWait {
  /** The promise of the verdict. */
  answer: PromiseLike<unknown> | undefined;
  #controller: AbortController | undefined;
  #reason: Error | undefined;

  /** True if it belongs to one wire: a verdict was promised, or the signal was read. */
  get taken(): boolean {
    return this.answer !== undefined || this.#controller !== undefined;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  begin(answer: PromiseLike<unknown>): this {
    this.answer = answer;
    return this;
  }

  end(reason: Error): void {
    this.#reason = reason;
    this.#controller?.abort(reason);
  }
}

/** A wire whose admission ends in a later turn, by the table of its life; the sink of the wire until there is a connection. */
export class Undecided implements Live, Sink, Settled<ProxyHeader, Error> {
  previous: Undecided | undefined;
  next: Undecided | undefined;
  readonly bytesIn = 0;
  readonly bytesOut = 0;
  /** The wire itself, or the filter that reads its header. */
  wire: Wire;
  prelude: Prelude;
  readonly #engine: Engine;
  readonly #steps: Steps;
  readonly #timeoutMs: number;
  /** Its addresses are read early for observers: the system forgets them with the socket. */
  #ends: WireEnds;
  /** True while the wire is paused. */
  #paused: boolean;
  /** Stands on a bare wire whose verdict is awaited: a wire cannot be given another sink. */
  #relay: Filter | undefined;
  #wait: Wait | undefined;
  /** With the filters of the factory's policies, once it turns to TLS. */
  #admitted: Wire | undefined;
  #deadline: DelayedCall | undefined;
  #handshake: Handshake | undefined;
  #farewell: Farewell | undefined;
  readonly #life: Run<typeof ADMISSION_LIFE, Undecided> = LIFE.start<Undecided>(this);

  /** `paused` says whether the wire came paused; `timeoutMs` is how long the verdict may take, and how long the farewell at most. */
  constructor(engine: Engine, steps: Steps, wire: Wire, prelude: Prelude, paused: boolean, timeoutMs: number) {
    this.#engine = engine;
    this.#steps = steps;
    this.wire = wire;
    this.prelude = { ...prelude, arrival: { id: engine.newId(), since: engine.now() } };
    this.#paused = paused;
    this.#timeoutMs = timeoutMs;
    this.#ends = this.#look();
  }

  // The steps, as the admission takes them.

  /** The filter reads the header; it tells when that is whole. Returns what the wire calls. */
  awaitHeader(filter: Filter): Sink {
    this.#life.awaitHeader();
    this.wire = filter;
    return filter.attach(this);
  }

  /** Pauses the wire until the promised verdict is there. Returns what the wire calls. */
  awaitVerdict(wait: Wait): Sink {
    this.#life.awaitVerdict();
    this.#wait = wait;
    this.#paused = true;
    this.wire.pause();
    this.#limit(this.#timeoutMs, () => new AdmissionTimeout(`there was no verdict within ${this.#timeoutMs / 1000} s`));
    if (wait.answer !== undefined) {
      promiseOf(wait.answer).then(
        (verdict) => this.#life.answered(verdict),
        (error) => this.#life.threw(error),
      );
    }
    if (this.wire instanceof Filter) return this.wire.attach(this);
    this.#relay = new Filter(this.wire);
    return this.#relay.attach(this);
  }

  /** Refuses the wire whose verdict would be one too many to wait for. */
  overflow(reason: Error): void {
    this.#life.full(reason);
  }

  /** Waits for the handshake that begins on the admitted wire. Returns what the bare wire calls. */
  awaitTls(admitted: Wire, handshake: Handshake): Sink {
    this.#life.awaitTls();
    this.#handshake = handshake;
    this.#admitted = admitted;
    handshake.start((reason) => this.#life.late(reason));
    return this.under(admitted, this);
  }

  /** Refuses the wire, and sends the message to the peer. Returns what the bare wire calls. */
  turnAway(refused: Refused): Sink {
    const sink = this.under(this.wire, this);
    this.#life.turnAway(refused);
    return sink;
  }

  /** Refuses the wire without a message. Returns what the bare wire calls. */
  refuse(reason: Error): Sink {
    this.#life.refuse(reason);
    return this;
  }

  /** Ends this life: the connection is the sink of the wire now. */
  seat(): void {
    this.#life.seat();
    this.#steps.gone(this);
  }

  /** Attaches `sink` to the admitted wire. Returns what the bare wire calls. */
  under(admitted: Wire, sink: Sink): Sink {
    const lowest = admitted instanceof Filter ? admitted.attach(sink) : sink;
    return this.#relay?.attach(lowest) ?? lowest;
  }

  /** Resumes the wire if it is paused. */
  resume(): void {
    if (this.#paused) this.wire.resume();
    this.#paused = false;
  }

  // What its owner, observers and the engine call.

  /** The address of the peer: that of the proxy until its header is complete. */
  get peer(): Address {
    return this.#ends.getPeer();
  }

  /** One that is refused is told as that, and only has to close. */
  *views(): Generator<ConnectionView> {
    if (this.#life.state !== 'farewell' && this.#life.state !== 'refused') yield this.view();
  }

  detail(id: number): ConnectionDetail | undefined {
    const [view] = this.#ends.id === id ? this.views() : [];
    return view && { ...view, ...this.#ends.kernelFacts() };
  }

  /** Returns what the wire shows of itself now. */
  view(): ConnectionView {
    return {
      ...this.#ends.viewOfEnds(this.#steps.origin),
      state: 'arriving',
      waiting: WAITS_FOR[this.#life.state],
      bytesIn: 0,
      bytesOut: 0,
      reads: 0,
      writes: 0,
      queued: 0,
      maxQueued: 0,
    };
  }

  stop(reason: Error): void {
    this.#life.stop(reason);
  }

  quit(): void {
    this.stop(new PortStopped('the reactor stops'));
  }

  /** Ends the farewell; `quit` ends everything else at once. */
  cut(): void {
    this.#life.cut();
  }

  // What the filter of the header and the wire call.

  onReady(header: ProxyHeader): Sink | null {
    return this.#life.whole(header);
  }

  onFailed(reason: Error): void {
    this.#life.refuse(reason);
  }

  /** Discards what a refused peer sends. */
  onData(): void {}

  onEof(): void {}

  onWritable(): void {
    this.#farewell?.taken();
  }

  onWriteFailed(): void {
    if (this.#farewell !== undefined) this.#life.sent();
  }

  onSecured(tls: TlsInfo): Sink {
    this.#engine.enter();
    try {
      return this.#life.secured(tls) ?? this;
    } finally {
      this.#engine.leave();
    }
  }

  onClosed(cause: Cause): void {
    this.#engine.run(() => this.#life.closed(cause));
  }

  // What its life calls.

  judge(header: ProxyHeader): Sink | null {
    this.prelude = { ...this.prelude, proxyHeader: header, via: this.#ends.getPeer() };
    this.#ends = this.#look();
    return this.#steps.judge(this);
  }

  decide(verdict: unknown): void {
    this.#endWait();
    this.#steps.decide(this, verdict);
  }

  fail(error: unknown): void {
    this.#endWait();
    this.#steps.fail(this, error);
  }

  build(tls: TlsInfo): Sink | null {
    this.#handshake?.end();
    this.prelude = { ...this.prelude, tls };
    return this.#steps.build(this, this.#admitted ?? this.wire);
  }

  /** Sends the message, and lets the wire be read: unread input would turn the close into a reset. */
  part({ message, reason }: Refused): void {
    this.resume();
    this.#farewell = new Farewell(this.#engine, this.wire, message, () => this.#life.sent());
    if (!this.#farewell.start()) this.#limit(Math.min(this.#timeoutMs, FAREWELL_MS), () => reason);
    this.#tell(reason);
  }

  close(): void {
    this.#deadline?.cancel();
    this.wire.close();
  }

  turnOut(reason: Error): void {
    (this.#admitted ?? this.wire).close();
    this.#refused(reason);
  }

  abort(reason: Error): void {
    (this.#admitted ?? this.wire).abort();
    this.#refused(reason);
  }

  lose(cause: Cause): void {
    this.#refused(
      this.#handshake === undefined
        ? new PeerGone(`the connection ended: ${cause.detail}`, { cause })
        : handshakeFailure(cause),
    );
    this.#steps.gone(this);
  }

  bury(): void {
    this.#deadline?.cancel();
    this.#steps.gone(this);
  }

  abandon(verdict: unknown): void {
    if (verdict instanceof Filter) this.#steps.abandon(verdict, LATE);
  }

  /** Ends the step that is under way, and tells the owner. */
  #refused(reason: Error): void {
    this.#handshake?.end();
    const wait = this.#wait;
    if (wait !== undefined) {
      this.#endWait();
      wait.end(reason);
    }
    this.#tell(reason);
  }

  #endWait(): void {
    this.#deadline?.cancel();
    this.#wait = undefined;
    this.#steps.released();
  }

  #limit(ms: number, reason: () => Error): void {
    if (ms === Number.POSITIVE_INFINITY) return;
    this.#deadline = this.#engine.callLater(ms, () => this.#life.late(reason()));
  }

  #look(): WireEnds {
    const ends = new WireEnds(this.#engine, this.wire, this.prelude);
    if (this.#engine.observers.ask(CONNECTIONS)) {
      ends.getPeer();
      ends.getHost();
    }
    return ends;
  }

  #tell(reason: Error): void {
    this.#steps.refused(this, reason);
  }
}
