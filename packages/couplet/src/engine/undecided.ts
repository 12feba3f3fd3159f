import { type Address, addressOf } from '../address/address.ts';
import { Filter } from '../filters/filter.ts';
import { AdmissionTimeout, type AdmissionWait, PeerGone, PortStopped, type Refused } from '../filters/refused.ts';
import { Machine } from '../machine/machine.ts';
import type { Run } from '../machine/run.ts';
import type { ProxyHeader } from '../protocol/proxy-header.ts';
import type { Cause } from '../seam/cause.ts';
import type { Settled } from '../seam/settled.ts';
import type { TlsInfo } from '../seam/tls.ts';
import type { Sink, Wire } from '../seam/wire.ts';
import type { DelayedCall } from '../time/clock.ts';
import { promiseOf } from '../values/thenable.ts';
import { ADMISSION_LIFE } from './admission-life.ts';
import type { Engine, Live } from './engine.ts';
import { Farewell } from './farewell.ts';
import { type Handshake, handshakeFailure } from './handshake.ts';
import type { Prelude } from './prelude.ts';

const LIFE = new Machine('admission', 'arrived', ADMISSION_LIFE);

/** What a filter hears whose verdict came when it was not waited for any more. */
const LATE: Cause = { kind: 'done', code: '', detail: 'the verdict came too late' };

/** Who leads a wire from one step to the next. */
export interface Steps {
  /** The header is whole. Returns who gets what follows. */
  judge(one: Undecided): Sink | null;
  /** The factory has answered, or failed. */
  decide(one: Undecided, verdict: unknown): void;
  fail(one: Undecided, error: unknown): void;
  /** TLS is there. Returns who gets what follows. */
  build(one: Undecided, admitted: Wire): Sink | null;
  /** The verdict of that one is not waited for any more. */
  released(): void;
  /** It is refused; told once. */
  refused(peer: Address, reason: Error): void;
  /** Nothing is left of it. */
  gone(one: Undecided): void;
}

/** The wait for a verdict, as the factory and its policies see it. One that nobody has taken serves the next wire. */
export class Wait implements AdmissionWait {
  /** What was promised. */
  answer: PromiseLike<unknown> | undefined;
  #controller: AbortController | undefined;
  #reason: Error | undefined;

  /** Whether it stands for one wire: a verdict was promised, or somebody has the signal. */
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

/** A wire whose admission takes its time, by the table of its life. Until it has a connection it is what the wire calls. */
export class Undecided implements Live, Sink, Settled<ProxyHeader, Error> {
  previous: Undecided | undefined;
  next: Undecided | undefined;
  /** The wire itself, or the filter that reads its header. */
  wire: Wire;
  prelude: Prelude;
  readonly #engine: Engine;
  readonly #steps: Steps;
  readonly #timeoutMs: number;
  /** Read early, for observers: the system forgets it with the socket. */
  #peer: Address | undefined;
  /** The wire is not read. */
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

  /** `paused` says whether the wire came without being read; `timeoutMs` is how long the verdict, and the farewell, may take. */
  constructor(engine: Engine, steps: Steps, wire: Wire, prelude: Prelude, paused: boolean, timeoutMs: number) {
    this.#engine = engine;
    this.#steps = steps;
    this.wire = wire;
    this.prelude = prelude;
    this.#paused = paused;
    this.#timeoutMs = timeoutMs;
    this.#look();
  }

  // What leads on from step to step.

  /** The filter reads the header; it tells when that is whole. Returns what the wire calls. */
  awaitHeader(filter: Filter): Sink {
    this.#life.awaitHeader();
    this.wire = filter;
    return filter.attach(this);
  }

  /** The factory answers later; nothing is read until then. Returns what the wire calls. */
  awaitVerdict(wait: Wait): Sink {
    this.#life.awaitVerdict();
    this.#wait = wait;
    this.#paused = true;
    this.wire.pause();
    this.#limit(() => new AdmissionTimeout(`there was no verdict within ${this.#timeoutMs / 1000} s`));
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

  /** Too many wait already. */
  overflow(reason: Error): void {
    this.#life.full(reason);
  }

  /** The admitted wire turns to TLS. Returns what the bare wire calls. */
  awaitTls(admitted: Wire, handshake: Handshake): Sink {
    this.#life.awaitTls();
    this.#handshake = handshake;
    this.#admitted = admitted;
    const sink = this.under(admitted, this);
    handshake.begin(admitted);
    handshake.start((reason) => this.#life.late(reason));
    return sink;
  }

  /** It is refused, and the peer is told so. Returns what the bare wire calls. */
  turnAway(refused: Refused): Sink {
    const sink = this.under(this.wire, this);
    this.#life.turnAway(refused);
    return sink;
  }

  /** It is refused without a word. */
  refuse(reason: Error): Sink {
    this.#life.refuse(reason);
    return this;
  }

  /** The connection takes over. */
  seat(): void {
    this.#life.seat();
    this.#steps.gone(this);
  }

  /** What the bare wire calls when `sink` is above an admitted one. */
  under(admitted: Wire, sink: Sink): Sink {
    const lowest = admitted instanceof Filter ? admitted.attach(sink) : sink;
    return this.#relay?.attach(lowest) ?? lowest;
  }

  /** Lets the wire be read. */
  resume(): void {
    if (this.#paused) this.wire.resume();
    this.#paused = false;
  }

  // What its owner and the engine want.

  stop(reason: Error): void {
    this.#life.stop(reason);
  }

  quit(): void {
    this.stop(new PortStopped('the reactor stops'));
  }

  /** It ended at once. */
  cut(): void {}

  // What is told of the header, and what the wire tells.

  onReady(header: ProxyHeader): Sink | null {
    return this.#life.whole(header);
  }

  onFailed(reason: Error): void {
    this.#life.refuse(reason);
  }

  /** Of one that is refused: it is thrown away. */
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
    this.prelude = { ...this.prelude, proxyHeader: header };
    this.#look();
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
    if (!this.#farewell.start()) this.#limit(() => reason);
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
    if (verdict instanceof Filter) verdict.abandon(LATE);
  }

  /** The step that is under way ends with it. */
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

  #limit(reason: () => Error): void {
    if (this.#timeoutMs === Number.POSITIVE_INFINITY) return;
    this.#deadline = this.#engine.callLater(this.#timeoutMs, () => this.#life.late(reason()));
  }

  #look(): void {
    if (this.#engine.watched) this.#peer = addressOf(this.wire.peer);
  }

  #tell(reason: Error): void {
    this.#steps.refused(this.#peer ?? addressOf(undefined), reason);
  }
}
