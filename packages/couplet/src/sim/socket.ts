import { ChunkQueue } from '../bytes/chunk-queue.ts';
import type { SocketName } from '../seam/address.ts';
import type { Cause } from '../seam/cause.ts';
import { DONE, RESET, TIMED_OUT } from './causes.ts';
import type { Pipe, Receiver } from './pipe.ts';
import type { Lane } from './route.ts';
import type { Happening, Schedule } from './schedule.ts';

/** The most bytes that a process reads at once. */
const READ = 64 * 1024;
/** How long a sender tries again before it gives the peer up, in milliseconds: what Linux does unless told otherwise. */
const GIVE_UP_MS = 924_600;
/** How keepalive asks: as Linux does. */
const PROBES = 9;
const PROBE_MS = 75_000;

/** Whose sockets they are: a process. */
export interface Owner {
  readonly schedule: Schedule;
  /** False while its host has no power. */
  readonly powered: boolean;
  /** Runs a task of the process after that time; never once it has ended. */
  after(delayMs: number, task: () => void): Happening;
  /** The process has no descriptor for that socket any more. */
  forgo(socket: SimSocket): void;
  /** The kernel does not have it any more. */
  forget(socket: SimSocket): void;
  note(what: string): void;
  fault(what: string): void;
}

/** A chunk that there is room for only in part. */
interface Held {
  readonly chunk: Uint8Array;
  /** What it was when it was handed over. */
  readonly copy: Buffer;
  /** How much of it is in the buffer. */
  at: number;
}

/** One end of a simulated connection: the socket that a kernel keeps, which goes on when its process has let go of it. */
export class SimSocket implements Pipe {
  readonly local: SocketName;
  readonly peer: SocketName;
  readonly name: string;
  readonly #owner: Owner;
  readonly #lane: Lane;
  #far: SimSocket | undefined;
  #receiver: Receiver | undefined;
  // Output.
  readonly #unsent: ChunkQueue = new ChunkQueue();
  #held: Held | undefined;
  /** A write has not returned yet: what it can still pass on, it never held. */
  #writing = false;
  /** Bytes that were sent and that the peer's process has not read. */
  #unread = 0;
  /** Things that were sent and have not arrived. */
  #flying = 0;
  #ending: 'no' | 'asked' | 'sent' = 'no';
  #givingUp: Happening | undefined;
  // Input.
  readonly #arrived: ChunkQueue = new ChunkQueue();
  #eof: 'no' | 'arrived' | 'told' = 'no';
  #paused = false;
  #reading: Happening | undefined;
  #probing: Happening | undefined;
  /** `open`, then `left` when the process has let go of it; `closed` when the kernel has. */
  #state: 'open' | 'left' | 'closed' = 'open';
  /** The process was told that it is closed. */
  #told = false;

  constructor(owner: Owner, local: SocketName, peer: SocketName, lane: Lane, name: string) {
    this.#owner = owner;
    this.local = local;
    this.peer = peer;
    this.#lane = lane;
    this.name = name;
  }

  /** True until its kernel has forgotten it. */
  get alive(): boolean {
    return this.#state !== 'closed';
  }

  /** True while the process has it. */
  get open(): boolean {
    return this.#state === 'open' && !this.#told;
  }

  /** Sets the other end. */
  link(far: SimSocket): void {
    this.#far = far;
  }

  /** Passes on what it receives from now on. */
  attach(receiver: Receiver): void {
    this.#receiver = receiver;
    this.#planReading();
  }

  // What the process asks for.

  write(chunk: Uint8Array): boolean {
    // Its end is on the way; what a dead socket is given was not sent.
    if (!this.open) return false;
    const copy = Buffer.from(chunk);
    const room = Math.max(0, this.#lane.route.conditions.sendBufferBytes - this.#unsent.size);
    this.#note(`writes ${chunk.length}${chunk.length > room ? `, room for ${room}` : ''}`);
    this.#unsent.push(copy.subarray(0, room));
    if (chunk.length > room) this.#held = { chunk, copy, at: room };
    this.#writing = true;
    this.#pump();
    this.#writing = false;
    return this.#held === undefined;
  }

  end(): void {
    if (!this.open) return;
    this.#note('ends');
    this.#ending = 'asked';
    this.#pump();
  }

  close(): void {
    if (!this.open) return;
    this.#note('closes');
    this.#leave();
    this.#release();
    this.#tell(DONE);
  }

  abort(): void {
    if (!this.open) return;
    this.#note('aborts');
    this.#leave();
    this.#reset();
    this.#tell(DONE);
  }

  pause(): void {
    this.#paused = true;
    this.#owner.schedule.cancel(this.#reading);
    this.#reading = undefined;
  }

  resume(): void {
    this.#paused = false;
    this.#planReading();
  }

  setKeepAlive(on: boolean, initialDelayMs: number): void {
    this.#owner.schedule.cancel(this.#probing);
    if (on && this.open) this.#probe(initialDelayMs > 0 ? initialDelayMs : 7_200_000, PROBES);
  }

  // What becomes of the process and its host.

  /** The process ended without a word: its kernel closes the socket. */
  orphan(): void {
    if (this.#state !== 'open') return;
    this.#leave();
    this.#release();
  }

  /** The host lost power: nobody answers for this end any more. */
  vanish(): void {
    this.#leave();
    this.#forget();
  }

  /** A fault cuts the connection from this end: both processes hear of it. */
  cut(): void {
    if (this.#state === 'closed') return;
    this.#note('is cut');
    this.#reset();
    this.#tell(RESET);
  }

  // The kernel.

  /** The kernel closes in order; unread input makes that a reset. */
  #release(): void {
    if (this.#arrived.size > 0) {
      this.#reset();
      return;
    }
    if (this.#ending === 'no') this.#ending = 'asked';
    this.#pump();
  }

  #reset(): void {
    const far = this.#far;
    this.#lane.send(0, () => far?.onReset());
    this.#forget();
  }

  /** Sends what fits into the peer's window. */
  #pump(): void {
    // Its kernel has forgotten it: what the peer acknowledges now concerns nobody.
    if (this.#state === 'closed') return;
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

  /** Sends something that has to be acknowledged, again and again while the peer's host is down. */
  #send(size: number, arrive: (far: SimSocket) => void, againMs = 200): void {
    const { schedule } = this.#owner;
    const far = this.#far;
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

  #giveUp(): void {
    this.#givingUp = undefined;
    if (this.#state === 'closed') return;
    this.#forget();
    this.#tell(TIMED_OUT);
  }

  /** Moves what is held into the room that there is now. */
  #refill(): void {
    const held = this.#held;
    if (held === undefined) return;
    const room = this.#lane.route.conditions.sendBufferBytes - this.#unsent.size;
    const from = held.at;
    held.at = Math.min(from + Math.max(0, room), held.copy.length);
    if (Buffer.compare(held.chunk.subarray(from, held.at), held.copy.subarray(from, held.at)) !== 0)
      this.#owner.fault(`${this.name}: bytes that were written changed before they were sent`);
    this.#unsent.push(held.copy.subarray(from, held.at));
    if (held.at < held.copy.length) return;
    this.#held = undefined;
    if (!this.#writing) this.#later(() => this.#receiver?.onWritable());
  }

  onSegment(bytes: Buffer): void {
    if (this.#state !== 'open') {
      // Nobody will read that: the sender is told, unless this end is only waiting for the sender's own end.
      this.#reset();
      return;
    }
    this.#arrived.push(bytes);
    this.#planReading();
  }

  onFin(): void {
    if (this.#state === 'closed') return;
    this.#eof = 'arrived';
    if (this.#state === 'left') this.#finish();
    else this.#planReading();
  }

  onReset(): void {
    if (this.#state === 'closed') return;
    this.#note('is reset');
    this.#forget();
    this.#tell(RESET);
  }

  onRead(size: number): void {
    this.#unread -= size;
    this.#pump();
  }

  #planReading(): void {
    if (this.#reading !== undefined || this.#paused || this.#receiver === undefined || !this.open) return;
    if (this.#arrived.size === 0 && this.#eof !== 'arrived') return;
    const delay = this.#lane.route.wakeDelay();
    this.#reading = this.#owner.after(delay, () => {
      this.#reading = undefined;
      this.#read();
    });
  }

  #read(): void {
    if (this.#paused || !this.open) return;
    if (this.#arrived.size > 0) {
      // A copy of the protocol's own, so that nobody learns of bytes that are not its.
      const parts = [];
      let size = 0;
      for (let part = this.#arrived.take(READ); part !== undefined; part = this.#arrived.take(READ - size)) {
        parts.push(part);
        size += part.length;
        if (size === READ) break;
      }
      const chunk = Buffer.concat(parts);
      this.#note(`reads ${size}`);
      this.#lane.send(0, () => this.#far?.onRead(size));
      this.#receiver?.onData(chunk);
    } else if (this.#eof === 'arrived') {
      this.#eof = 'told';
      this.#note('reads the end');
      this.#receiver?.onEof();
      this.#finish();
    }
    this.#planReading();
  }

  /** When both directions have ended, there is nothing left. */
  #finish(): void {
    if (this.#ending !== 'sent' || this.#eof === 'no') return;
    if (this.#state === 'open' && this.#eof !== 'told') return;
    const { open } = this;
    this.#forget();
    if (open) this.#tell(DONE);
  }

  /** The process has let go of it. */
  #leave(): void {
    if (this.#state === 'open') this.#state = 'left';
    this.#held = undefined;
    this.#owner.schedule.cancel(this.#reading);
    this.#owner.schedule.cancel(this.#probing);
    this.#reading = undefined;
    this.#owner.forgo(this);
  }

  /** The kernel lets go of it, too. */
  #forget(): void {
    this.#leave();
    this.#state = 'closed';
    this.#unsent.clear();
    this.#arrived.clear();
    this.#owner.schedule.cancel(this.#givingUp);
    this.#givingUp = undefined;
    this.#owner.forget(this);
  }

  /** Keepalive asks the peer's kernel; when it does not answer that often, the peer is given up. */
  #probe(delayMs: number, left: number): void {
    this.#probing = this.#owner.schedule.after(delayMs, () => {
      if (this.#lane.route.blocked || this.#far === undefined || !this.#far.#owner.powered) {
        if (left === 0) this.#giveUp();
        else this.#probe(PROBE_MS, left - 1);
      } else if (this.#far.alive) this.#probe(delayMs, PROBES);
      else this.onReset();
    });
  }

  #tell(cause: Cause): void {
    if (this.#told) return;
    this.#told = true;
    this.#later(() => {
      this.#note(`is closed: ${cause.kind}`);
      this.#receiver?.onClosed(cause);
    });
  }

  #later(upcall: () => void): void {
    this.#owner.after(0, upcall);
  }

  #note(what: string): void {
    this.#owner.note(`${this.name} ${what}`);
  }
}
