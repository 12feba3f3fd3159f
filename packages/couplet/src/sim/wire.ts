import type { SocketName } from '../seam/address.ts';
import type { Cause } from '../seam/cause.ts';
import type { TlsContext, TlsInfo } from '../seam/tls.ts';
import type { Sink, Wire } from '../seam/wire.ts';
import type { Pipe } from './pipe.ts';
import type { SimSocket } from './socket.ts';
import type { Tap } from './tap.ts';
import type { Party } from './tls-channel.ts';
import { TlsChannel } from './tls-channel.ts';
import { isSimTlsContext } from './tls-context.ts';

/** The longest chunk that a wire accepts, in bytes. */
const MOST = 256 * 1024;

/** The process that a wire belongs to. */
export interface Adopter extends Party {
  /** The wire that is getting a protocol now. */
  adopting: SimWire | undefined;
  readonly given: Given;
}

/** What the reactor of a process was given by its kernel, counted here, to compare with what the reactor tells. */
export interface Given {
  /** How many connections its ports accepted. */
  accepted: number;
  /** How many connections its attempts made. */
  dialled: number;
  /** How many streams it adopted. */
  adopted: number;
  /** How many times it was told that a port cannot accept. */
  acceptFailures: number;
}

/** The names of the two ends of a wire. */
interface EndNames {
  readonly local?: SocketName;
  readonly peer?: SocketName;
}

/** A simulated connection as its process has it. It reports a process that breaks the rules of the seam. */
export class SimWire implements Wire, Sink {
  readonly socket: SimSocket;
  tap: Tap | undefined;
  readonly #owner: Adopter;
  /** The socket, or TLS on it. */
  #pipe: Pipe;
  #tls: TlsChannel | undefined;
  #sink: Sink | undefined;
  #held = false;
  #paused = false;
  #ended = false;
  /** The kernel refused a write. */
  #failed = false;
  /** The process itself closed or aborted it. */
  #dismissed = false;

  readonly #names: EndNames | undefined;

  /** `names` are those of the ends, in place of those of the socket. */
  constructor(owner: Adopter, socket: SimSocket, names?: EndNames) {
    this.#owner = owner;
    this.socket = socket;
    this.#pipe = socket;
    this.#names = names;
  }

  get local(): SocketName {
    return this.#names?.local ?? this.socket.local;
  }

  get peer(): SocketName {
    return this.#names?.peer ?? this.socket.peer;
  }

  get name(): string {
    return this.socket.name;
  }

  /** True while its process has paused it. */
  get paused(): boolean {
    return this.#paused;
  }

  /** TLS makes records of a chunk at once, so it is free again. */
  get copies(): boolean {
    return this.#tls !== undefined;
  }

  /** Begins to pass on what it receives. */
  attach(sink: Sink): void {
    this.#sink = sink;
    if (this.#tls === undefined) this.socket.attach(this);
  }

  // What the process asks for.

  write(chunk: Uint8Array): boolean {
    this.#expect(!this.#held, 'a write while the wire holds a chunk');
    this.#expect(!this.#ended, 'a write after end');
    this.#expect(!this.#dismissed, 'a write after close or abort');
    this.#expect(!this.#failed, 'a write after one that failed');
    this.#expect(this.#tls?.shaking !== true, 'a write in the handshake');
    this.#expect(chunk.length > 0 && chunk.length <= MOST, `a write of ${chunk.length} bytes`);
    // The end is on its way to the process; what is written to a dead socket is not sent.
    if (!this.socket.open) return false;
    if (this.socket.alive) this.tap?.wrote(chunk);
    this.#held = !this.#pipe.write(chunk);
    return !this.#held;
  }

  end(): void {
    this.#expect(!this.#ended, 'end twice');
    this.#expect(!this.#held, 'end while the wire holds a chunk');
    this.#expect(!this.#failed, 'end after a write that failed');
    this.#expect(this.#tls?.shaking !== true, 'end in the handshake');
    this.#ended = true;
    this.#pipe.end();
  }

  close(): void {
    this.#dismissed = true;
    this.#pipe.close();
  }

  abort(): void {
    this.#dismissed = true;
    this.#pipe.abort();
  }

  pause(): void {
    this.#paused = true;
    this.#pipe.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#pipe.resume();
  }

  setNoDelay(): void {}

  setKeepAlive(on: boolean, initialDelayMs: number): void {
    this.socket.setKeepAlive(on, initialDelayMs);
  }

  startTls(context: TlsContext, serverName: string, unread: Buffer): void {
    this.#expect(this.#tls === undefined, 'startTls twice');
    this.#expect(!this.#held, 'startTls while the wire holds a chunk');
    this.#expect(!this.#ended, 'startTls after end');
    this.#expect(!this.#failed, 'startTls after a write that failed');
    if (!isSimTlsContext(context)) throw new TypeError('the TLS context belongs to another backend');
    if (!this.socket.open) return;
    this.#tls = new TlsChannel(this.#owner, this.socket, this);
    this.#pipe = this.#tls;
    if (this.#paused) this.#tls.pause();
    this.#tls.begin(context, serverName, unread);
  }

  // What it is told.

  onData(chunk: Buffer): void {
    this.tap?.read(chunk);
    this.#sink?.onData(chunk);
  }

  onEof(): void {
    this.tap?.ended();
    this.#sink?.onEof();
  }

  onWritable(): void {
    this.#held = false;
    this.#sink?.onWritable();
  }

  onWriteFailed(cause: Cause): void {
    this.#failed = true;
    this.#held = false;
    this.#sink?.onWriteFailed(cause);
  }

  onSecured(tls: TlsInfo): Sink {
    this.#owner.note(`${this.name} is secured: ${tls.version}${tls.resumed ? ', resumed' : ''}`);
    this.#owner.adopting = this;
    this.#sink = this.#sink?.onSecured(tls);
    this.#owner.adopting = undefined;
    return this;
  }

  onClosed(cause: Cause): void {
    this.#sink?.onClosed(cause);
  }

  #expect(holds: boolean, what: string): void {
    if (!holds) this.#owner.fault(`${this.name}: ${what}`);
  }
}
