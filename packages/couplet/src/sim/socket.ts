import { ChunkQueue } from '../bytes/chunk-queue.ts';
import type { SocketName } from '../seam/address.ts';
import type { Cause } from '../seam/cause.ts';
import { BROKEN_PIPE, DONE, RESET, TIMED_OUT } from './causes.ts';
import { HeldChunk } from './held-chunk.ts';
import { Keepalive, type ProbeAnswer } from './keepalive.ts';
import type { Owner } from './owner.ts';
import type { Pipe, Receiver } from './pipe.ts';
import { ReceiveQueue } from './receive-queue.ts';
import type { Lane } from './route.ts';
import type { SimEvent } from './schedule.ts';

/** How long a sender tries again before it gives up on the peer, in milliseconds: the default of Linux. */
const GIVE_UP_MS = 924_600;
/** One end of a simulated connection: the socket in a kernel, which goes on when its process has closed it. */
export class SimSocket implements Pipe {
  readonly local: SocketName;
  readonly peer: SocketName;
  readonly name: string;
  /** False if both directions end with the first. */
  halfOpen = true;
  /** The other end, once the two are linked. */
  far: SimSocket | undefined;
  readonly #owner: Owner<SimSocket>;
  readonly #lane: Lane;
  #receiver: Receiver | undefined;
  // Output.
  readonly #unsent: ChunkQueue = new ChunkQueue();
  #held: HeldChunk | undefined;
  /** A write has not returned yet: bytes that can be passed on before it returns do not count as held. */
  #writing = false;
  /** How many bytes were sent and not read by the peer's process yet. */
  #unread = 0;
  /** How many segments were sent and have not arrived. */
  #flying = 0;
  #ending: 'no' | 'asked' | 'sent' = 'no';
  #givingUp: SimEvent | undefined;
  // Input.
  readonly #input: ReceiveQueue = new ReceiveQueue();
  #reading: SimEvent | undefined;
  #keepalive: Keepalive | undefined;
  /**
   * `open`; then `left` when the process has closed it, or `dead` when the kernel has forgotten it and the process may still read
   * what had arrived; `closed` after both.
   */
  #state: 'open' | 'left' | 'dead' | 'closed' = 'open';
  /** Whether the process was told that it is closed. */
  #told = false;

  constructor(owner: Owner<SimSocket>, local: SocketName, peer: SocketName, lane: Lane, name: string) {
    this.#owner = owner;
    this.local = local;
    this.peer = peer;
    this.#lane = lane;
    this.name = name;
  }

  /** True until its kernel has forgotten it. */
  get alive(): boolean {
    return this.#state === 'open' || this.#state === 'left';
  }

  /** True while the process has it. */
  get open(): boolean {
    return (this.#state === 'open' || this.#state === 'dead') && !this.#told;
  }

  /** True when the peer has ended its output or the connection, whether or not the process was told. */
  get forsaken(): boolean {
    return this.#input.eof !== 'no' || this.#input.error !== undefined;
  }

  /** Passes on what it receives from now on. */
  attach(receiver: Receiver): void {
    this.#receiver = receiver;
    this.#planReading();
  }

  // What the process asks for.

  write(chunk: Uint8Array): boolean {
    // The end is on its way to the process; what is written to a dead socket is not sent.
    if (!this.open) return false;
    if (this.#state === 'dead' || this.#ending !== 'no') {
      this.#input.error ??= BROKEN_PIPE;
      this.#refuse();
      return false;
    }
    const copy = Buffer.from(chunk);
    const room = Math.max(0, this.#lane.route.conditions.sendBufferBytes - this.#unsent.size);
    this.#note(`writes ${chunk.length}${chunk.length > room ? `, room for ${room}` : ''}`);
    this.#unsent.push(copy.subarray(0, room));
    if (chunk.length > room) this.#held = new HeldChunk(chunk, copy, room);
    this.#writing = true;
    this.#pump();
    this.#writing = false;
    return this.#held === undefined;
  }

  end(): void {
    if (!this.open || this.#ending !== 'no') return;
    this.#note('ends');
    this.#ending = 'asked';
    if (!this.halfOpen) this.#discard(this.#input.end());
    // A kernel that has forgotten the connection does not report that here.
    if (this.#state === 'dead') this.#finish();
    else this.#pump();
  }

  close(): void {
    this.#dismiss('closes', () => this.#release());
  }

  abort(): void {
    this.#dismiss('aborts', () => this.#reset());
  }

  pause(): void {
    this.#input.paused = true;
    this.#owner.schedule.cancel(this.#reading);
    this.#reading = undefined;
    this.#planReading();
  }

  resume(): void {
    this.#input.paused = false;
    this.#planReading();
  }

  setKeepAlive(on: boolean, initialDelayMs: number): void {
    this.#keepalive?.end();
    if (!on || this.#state !== 'open') return;
    this.#keepalive ??= new Keepalive(
      this.#owner.schedule,
      () => this.#probe(),
      (how) => (how === 'timeout' ? this.#giveUp() : this.onReset()),
    );
    this.#keepalive.begin(initialDelayMs);
  }

  // What happens to the process and its host.

  /** The process was killed: its kernel closes the socket. */
  orphan(): void {
    if (this.#state !== 'open' && this.#state !== 'dead') return;
    this.#leave();
    this.#release();
  }

  /** The host lost power: this end does not answer any more. */
  vanish(): void {
    this.#forget();
  }

  /** A fault cuts the connection from this end, and both processes are told. */
  cut(): void {
    if (!this.alive) return;
    this.#note('is cut');
    this.#sendReset();
    this.#die(RESET);
  }

  // The kernel.

  /** The kernel closes in order; unread input makes that a reset. */
  #release(): void {
    if (this.#state === 'closed') return;
    if (this.#input.filled) {
      this.#reset();
      return;
    }
    if (this.#ending === 'no') this.#ending = 'asked';
    this.#pump();
  }

  #reset(): void {
    if (this.alive) this.#sendReset();
    this.#forget();
  }

  #sendReset(): void {
    this.#lane.send(0, () => this.far?.onReset());
  }

  /**
   * The kernel forgets the connection, and keeps what had arrived: a process that reads gets that first, and then the reason. A
   * process that does not read gets the reason when it writes, and otherwise only if nothing has arrived: runtimes look no
   * further ahead.
   */
  #die(cause: Cause): void {
    if (this.#state !== 'open') {
      this.#forget();
      return;
    }
    this.#state = 'dead';
    // After the peer's end a kernel reports it under another name.
    this.#input.error = this.#input.eof === 'no' || cause !== RESET ? cause : BROKEN_PIPE;
    this.#abandon();
    if (this.#held !== undefined) this.#refuse();
    this.#planReading();
  }

  /** What the process has written cannot be sent. The process is told once. */
  #refuse(): void {
    this.#held = undefined;
    if (this.#input.refused) return;
    this.#input.refused = true;
    this.#owner.after(0, () => {
      if (!this.open) return;
      this.#note('is refused a write');
      this.#receiver?.onWriteFailed(this.#whyGone);
      this.#planReading();
    });
  }

  #dismiss(how: string, end: () => void): void {
    if (!this.open) return;
    this.#note(how);
    const cause = this.#whyGone;
    this.#leave();
    end();
    this.#tell(cause);
  }

  /** The cause that the process gets when it closes the socket: an orderly close, unless it knows another one. */
  get #whyGone(): Cause {
    return (this.#input.refused ? this.#input.error : undefined) ?? DONE;
  }

  /** Sends what fits into the peer's window. */
  #pump(): void {
    // The kernel has forgotten it: what the peer acknowledges now does not matter.
    if (!this.alive) return;
    const { route } = this.#lane;
    while (this.#unsent.size > 0) {
      const window = route.conditions.receiveBufferBytes - this.#unread;
      const size = Math.min(this.#unsent.size, window);
      if (size <= 0) break;
      const piece = this.#unsent.take(route.pieceOf(size)) as Buffer;
      this.#unread += piece.length;
      this.#send(piece.length, (far) => far.onSegment(piece));
      this.#refill();
    }
    if (this.#ending === 'asked' && this.#unsent.size === 0 && this.#held === undefined) {
      this.#ending = 'sent';
      this.#send(0, (far) => far.onFin());
      this.#finish();
    }
  }

  /** Sends a segment that has to be acknowledged, again and again while the peer's host is down. */
  #send(size: number, arrive: (far: SimSocket) => void, againMs = 200): void {
    const { schedule } = this.#owner;
    const far = this.far;
    if (againMs === 200) this.#flying += 1;
    this.#givingUp ??= schedule.after(GIVE_UP_MS, () => this.#giveUp());
    this.#lane.send(size, () => {
      if (far === undefined) return;
      if (!far.#owner.powered) {
        schedule.after(againMs, () => this.alive && this.#send(size, arrive, Math.min(2 * againMs, 120_000)));
        return;
      }
      this.#flying -= 1;
      schedule.cancel(this.#givingUp);
      this.#givingUp = this.#flying === 0 ? undefined : schedule.after(GIVE_UP_MS, () => this.#giveUp());
      arrive(far);
    });
  }

  #discard(size: number): void {
    this.#lane.send(0, () => this.far?.onRead(size));
    this.#planReading();
  }

  #giveUp(): void {
    this.#givingUp = undefined;
    if (this.alive) this.#die(TIMED_OUT);
  }

  /** Moves bytes of the held chunk into the buffer, as far as there is room. */
  #refill(): void {
    const held = this.#held;
    if (held === undefined) return;
    const room = this.#lane.route.conditions.sendBufferBytes - this.#unsent.size;
    const changed = (): void =>
      this.#owner.fault(`${this.name}: bytes that were written changed before they were sent`);
    this.#unsent.push(held.take(room, changed));
    if (!held.gone) return;
    this.#held = undefined;
    if (!this.#writing) this.#owner.after(0, () => this.#receiver?.onWritable());
  }

  onSegment(bytes: Buffer): void {
    if (this.#state !== 'open') {
      // This will not be read: the sender is told, unless this end is only waiting for the sender's own end.
      this.#sendReset();
      if (this.#state === 'left') this.#forget();
      return;
    }
    if (this.#input.push(bytes)) this.#planReading();
    else this.#discard(bytes.length);
  }

  onFin(): void {
    if (!this.alive) return;
    if (this.#input.eof === 'no') this.#input.eof = 'arrived';
    if (this.#state === 'left') this.#finish();
    else this.#planReading();
  }

  onReset(): void {
    if (!this.alive) return;
    this.#note('is reset');
    this.#die(RESET);
  }

  onRead(size: number): void {
    this.#unread -= size;
    this.#pump();
  }

  #planReading(): void {
    if (this.#reading !== undefined || this.#receiver === undefined || !this.open || !this.#input.due) return;
    if (this.#input.paused && this.#receiver.holding === true) return;
    this.#reading = this.#owner.after(this.#lane.route.wakeDelay(), () => {
      this.#reading = undefined;
      this.#read();
    });
  }

  #read(): void {
    if (!this.open) return;
    const input = this.#input.read();
    if (input === undefined) return;
    if (input === 'end') {
      this.#note('reads the end');
      this.#receiver?.onEof();
      if (!this.halfOpen) this.end();
      this.#finish();
    } else if (input instanceof Uint8Array) {
      this.#note(`reads ${input.length}`);
      this.#lane.send(0, () => this.far?.onRead(input.length));
      this.#receiver?.onData(input);
    } else {
      // There is nothing more to read: the process closes its descriptor.
      this.#forget();
      this.#tell(input);
    }
    this.#planReading();
  }

  /** Ends the socket once both directions have ended. */
  #finish(): void {
    if (this.#ending !== 'sent' && !(this.#ending === 'asked' && this.#state === 'dead')) return;
    if (this.#input.eof === 'no' || (this.open && this.#input.eof !== 'told')) return;
    const { open } = this;
    this.#forget();
    if (open) this.#tell(DONE);
  }

  /** The process has closed it. */
  #leave(): void {
    if (this.#state === 'open') this.#state = 'left';
    else if (this.#state === 'dead') this.#state = 'closed';
    this.#held = undefined;
    this.#owner.schedule.cancel(this.#reading);
    this.#keepalive?.end();
    this.#reading = undefined;
    this.#owner.forgo(this);
  }

  /** The kernel forgets it as well. */
  #forget(): void {
    this.#leave();
    this.#state = 'closed';
    this.#input.clear();
    this.#abandon();
  }

  /** The kernel sends no more. */
  #abandon(): void {
    this.#unsent.clear();
    this.#owner.schedule.cancel(this.#givingUp);
    this.#keepalive?.end();
    this.#givingUp = undefined;
    this.#owner.forget(this);
  }

  /** How the peer's kernel answers to keepalive. */
  #probe(): ProbeAnswer {
    if (this.#lane.route.blocked || this.far === undefined || !this.far.#owner.powered) return 'nothing';
    return this.far.alive ? 'alive' : 'reset';
  }

  #tell(cause: Cause): void {
    if (this.#told) return;
    this.#told = true;
    this.#owner.after(0, () => {
      this.#note(`is closed: ${cause.kind}`);
      this.#receiver?.onClosed(cause);
    });
  }

  #note(what: string): void {
    this.#owner.note(`${this.name} ${what}`);
  }
}
