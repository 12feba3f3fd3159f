import type { Cause } from '../seam/cause.ts';
import type { ClockFacet } from '../seam/clock.ts';
import type { TlsInfo } from '../seam/tls.ts';
import type { Sink } from '../seam/wire.ts';
import { Intake } from './intake.ts';
import type { Owner } from './owner.ts';
import type { Pipe, Receiver } from './pipe.ts';
import type { SimEvent } from './schedule.ts';
import type { SimSocket } from './socket.ts';
import type { AlertName } from './tls-breach.ts';
import { alertBytes, alertName, TlsBreach } from './tls-breach.ts';
import { ClientSide } from './tls-client-side.ts';
import type { SimTlsContext } from './tls-context.ts';
import { MessageReader, messageBytes } from './tls-message.ts';
import type { TlsRecord } from './tls-record.ts';
import { ALERT, DATA, HANDSHAKE, RecordReader, recordsOf, Seal } from './tls-record.ts';
import { ServerSide } from './tls-server-side.ts';
import type { Speaker, TlsSide } from './tls-side.ts';

/** The longest chunk that is written to the socket, in bytes. */
const MOST = 256 * 1024;
/** How long the last alert may wait for room in the socket, in milliseconds. */
const LAST_WORD_MS = 1000;

const UNFINISHED: Cause = { kind: 'reset', code: '', detail: 'the peer ended the connection during the handshake' };
/** The cause of a FIN of the peer without close_notify: a third party on the way could have sent it. */
const CUT_SHORT: Cause = { kind: 'reset', code: '', detail: 'TLS cut short: the peer ended without close_notify' };

/** The process that a channel belongs to. */
export interface Party extends Owner<SimSocket> {
  readonly clock: Pick<ClockFacet, 'random' | 'wallClock'>;
}

/**
 * TLS 1.3 on a simulated socket, as it looks from outside: handshakes with their round trips, records, alerts, close_notify. There
 * is no cryptography in it, since a simulation has no eavesdroppers.
 */
export class TlsChannel implements Pipe, Receiver, Speaker {
  readonly #owner: Party;
  readonly #socket: SimSocket;
  readonly #sink: Sink;
  readonly #records: RecordReader = new RecordReader();
  readonly #messages: MessageReader = new MessageReader();
  #side: TlsSide | undefined;
  /** `over`: nothing is passed on any more, and the socket closes once it has taken the last alert. */
  #state: 'shaking' | 'open' | 'over' = 'shaking';
  /** Why this side or the peer gave up TLS. */
  #cause: Cause | undefined;
  // Output.
  readonly #unsent: Intake = new Intake();
  #seal: Seal | undefined;
  /** Whether the socket holds a chunk. */
  #full = false;
  /** Whether the chunk that was written last is not with the kernel yet. */
  #held = false;
  /** Whether the last record was written, and whether the socket has ended after it. */
  #ending: 'no' | 'said' | 'sent' = 'no';
  #lastWord: SimEvent | undefined;
  // Input.
  #paused = false;
  #passing: SimEvent | undefined;
  /** The outcome of the handshake, until it is told. */
  #news: TlsInfo | undefined;
  /** Whether the kernel refused a write: the socket still delivers what it has, and closes. */
  #failed = false;
  /** Whether the peer has sent close_notify. */
  #eof = false;

  /** Becomes the sink of the socket, in place of the former one. */
  constructor(owner: Party, socket: SimSocket, sink: Sink) {
    this.#owner = owner;
    this.#socket = socket;
    this.#sink = sink;
  }

  /** True until the handshake is done, or has failed. */
  get shaking(): boolean {
    return this.#state === 'shaking';
  }

  /** Records that arrived before a reset come before it, however long the process has paused. */
  get holding(): boolean {
    return this.#records.filled;
  }

  /** Begins the handshake. `unread` is read first. */
  begin(context: SimTlsContext, serverName: string, unread: Buffer): void {
    this.#side = context.role === 'server' ? new ServerSide(context, this) : new ClientSide(context, serverName, this);
    this.#socket.attach(this);
    this.#socket.resume();
    this.#side.begin();
    this.#records.push(unread);
    if (unread.length > 0) this.#passSoon();
  }

  // What the process asks for.

  write(chunk: Uint8Array): boolean {
    if (this.#state !== 'open') return false;
    this.#send(DATA, chunk);
    this.#held = this.#busy;
    return !this.#held;
  }

  end(): void {
    if (this.#state !== 'open') return;
    this.#ending = 'said';
    this.#alert('close_notify');
  }

  close(): void {
    if (this.#state === 'open' && this.#ending === 'no') this.#alert('close_notify');
    this.#leave();
  }

  abort(): void {
    this.#state = 'over';
    this.#socket.abort();
  }

  pause(): void {
    this.#paused = true;
    // The handshake reads on.
    if (this.#state === 'open') this.#socket.pause();
  }

  resume(): void {
    this.#paused = false;
    // What the channel has comes before what the socket has.
    if (this.#state === 'open') this.#passSoon();
  }

  // What the socket reports.

  onData(chunk: Buffer): void {
    if (this.#state === 'over' || this.#eof) return;
    this.#records.push(chunk);
    this.#pass();
  }

  onEof(): void {
    if (this.#state === 'over' || this.#eof) return;
    this.#cause = this.shaking ? UNFINISHED : CUT_SHORT;
    this.#leave();
  }

  onWriteFailed(cause: Cause): void {
    this.#failed = true;
    if (this.#state === 'open') this.#sink.onWriteFailed(cause);
  }

  onWritable(): void {
    this.#full = false;
    this.#flush();
    if (this.#busy || !this.#held) return;
    this.#held = false;
    this.#sink.onWritable();
  }

  onClosed(cause: Cause): void {
    this.#state = 'over';
    this.#owner.schedule.cancel(this.#lastWord);
    this.#owner.schedule.cancel(this.#passing);
    this.#sink.onClosed(this.#cause ?? cause);
  }

  // What the handshake reports.

  say(type: number, ...fields: readonly string[]): void {
    this.#send(HANDSHAKE, messageBytes({ type, fields }));
  }

  protect(secret: string): void {
    const [sends, receives] = this.#side instanceof ServerSide ? ['server', 'client'] : ['client', 'server'];
    this.#seal = new Seal(`${secret}/${sends}`);
    this.#records.expect(new Seal(`${secret}/${receives}`));
  }

  secured(info: TlsInfo): void {
    this.#news = info;
  }

  nonce(): string {
    return Math.floor(this.#owner.clock.random() * 2 ** 52).toString(36);
  }

  wallClock(): number {
    return this.#owner.clock.wallClock();
  }

  // Input.

  #passSoon(): void {
    this.#passing ??= this.#owner.after(0, () => {
      this.#passing = undefined;
      this.#pass();
    });
  }

  /** Passes on what has arrived, until the process pauses. */
  #pass(): void {
    while (this.#state !== 'over' && !this.#eof && (this.shaking || !this.#paused)) {
      const record = this.#guard(() => this.#records.next());
      if (record === undefined) break;
      this.#hear(record);
    }
    if (this.#state === 'open' && !this.#paused) this.#socket.resume();
  }

  #hear({ type, content }: TlsRecord): void {
    if (type === DATA && this.#state === 'open') {
      if (content.length > 0) this.#sink.onData(content);
    } else if (type === ALERT) this.#guard(() => this.#heed(alertName(content)));
    else if (type === HANDSHAKE) this.#guard(() => this.#converse(content));
    else this.#fail(new TlsBreach('unexpected_message', `a record of the type ${type} that is not due`));
    this.#tell();
  }

  #heed(name: string): void {
    if (name === 'close_notify' && this.#state === 'open') {
      this.#eof = true;
      return;
    }
    this.#cause = { kind: 'tls', code: '', detail: `the peer gave up TLS: ${name}` };
    this.#leave();
  }

  #converse(content: Buffer): void {
    this.#messages.push(content);
    for (let message = this.#messages.next(); message !== undefined; message = this.#messages.next())
      this.#side?.take(message);
  }

  /** Tells what a record has changed. */
  #tell(): void {
    const info = this.#news;
    this.#news = undefined;
    if (info !== undefined && this.shaking) {
      this.#state = 'open';
      if (this.#paused) this.#socket.pause();
      this.#sink.onSecured(info);
    } else if (this.#eof && !this.#failed) this.#sink.onEof();
  }

  /** Takes a step. If the peer has broken the rules, this side gives up. */
  #guard<T>(step: () => T): T | undefined {
    try {
      return step();
    } catch (error) {
      if (!(error instanceof TlsBreach)) throw error;
      this.#fail(error);
      return undefined;
    }
  }

  #fail({ alert, code, message }: TlsBreach): void {
    this.#cause = { kind: 'tls', code, detail: message };
    this.#alert(alert);
    this.#leave();
  }

  // Output.

  #alert(name: AlertName): void {
    this.#send(ALERT, alertBytes(name));
  }

  #send(type: number, bytes: Uint8Array): void {
    if (this.#ending === 'sent') return;
    this.#unsent.push(recordsOf(type, bytes, this.#seal));
    this.#flush();
  }

  get #busy(): boolean {
    return this.#full || this.#unsent.size > 0;
  }

  #flush(): void {
    while (!this.#full) {
      const chunk = this.#unsent.take(MOST);
      if (chunk === undefined) break;
      this.#full = !this.#socket.write(chunk);
    }
    if (this.#busy) return;
    if (this.#state === 'over') this.#socket.close();
    else if (this.#ending === 'said') {
      this.#ending = 'sent';
      this.#socket.end();
    }
  }

  /** Closes the socket once it has taken the last record. What arrives meanwhile is thrown away, since unread bytes cause a reset. */
  #leave(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#socket.resume();
    this.#flush();
    if (this.#busy) this.#lastWord = this.#owner.after(LAST_WORD_MS, () => this.#socket.close());
  }
}
