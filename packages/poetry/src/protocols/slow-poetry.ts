import type { Address, DelayedCall, Details } from 'couplet';
import { Factory, Protocol } from 'couplet';
import { Turns } from './turns.ts';

/** How a slow server serves its poem. */
export interface SlowPoetryOptions {
  readonly poem: Uint8Array;
  /** How many bytes it sends at a time. */
  readonly numBytes: number;
  /** How long it waits between two pieces. */
  readonly delayMs: number;
  /** How many clients it serves at a time; 0 means no limit. */
  readonly concurrency: number;
  /** For how long a busy loop holds the thread before each piece, in milliseconds, to show what that does; 0 unless set. */
  readonly blockMs?: number;
  /** A client's turn begins. */
  readonly onTurn?: (peer: Address) => void;
  /** A piece of that length is about to be sent. */
  readonly onPiece?: (length: number) => void;
}

/**
 * Sends a poem in small pieces, once it is its client's turn. What the client sends is discarded. When the port drains, a poem that
 * has begun is sent to its end, and a client that waits for its turn gets nothing: half a poem would be worse.
 */
export class SlowPoetry extends Protocol<SlowPoetryFactory> {
  #sent = 0;
  #begun = false;
  #next: DelayedCall | undefined;

  override connectionMade(): void {
    this.factory.turns.join(this);
  }

  /** The turn has come: the first piece goes out at once. */
  beginTurn(): void {
    this.#begun = true;
    this.factory.options.onTurn?.(this.transport.getPeer());
    this.#sendPiece();
  }

  /** A client that ended its side still wants the poem. One that is gone resets the connection when it is sent something. */
  override readConnectionLost(): void {}

  override draining(): void {
    if (this.#begun) return;
    this.factory.turns.leave(this);
    this.transport.loseConnection();
  }

  override connectionLost(): void {
    this.#next?.cancel();
    this.factory.turns.leave(this);
  }

  override describe(): Details {
    return { sent: this.#sent, of: this.factory.options.poem.length };
  }

  #sendPiece(): void {
    const { poem, numBytes, delayMs, blockMs = 0, onPiece } = this.factory.options;
    if (blockMs > 0) block(blockMs);
    const piece = poem.subarray(this.#sent, this.#sent + numBytes);
    onPiece?.(piece.length);
    this.transport.write(piece);
    this.#sent += piece.length;
    if (this.#sent < poem.length) {
      this.#next = this.transport.clock.callLater(delayMs, sendPiece, () => this.#sendPiece());
      return;
    }
    this.transport.loseConnection();
    // The rest is up to the client and the kernel: the next turn does not wait for a client that is slow to read or to close.
    this.factory.turns.leave(this);
  }
}

/** A delayed call is told by the name of its function: this one has that of the class in it. */
const { 'SlowPoetry.sendPiece': sendPiece } = { 'SlowPoetry.sendPiece': (send: () => void): void => send() };

/** Holds the thread. */
function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** A poem, and the turns of its clients. */
export class SlowPoetryFactory extends Factory {
  override protocol = SlowPoetry;
  readonly options: SlowPoetryOptions;
  readonly turns: Turns<SlowPoetry>;

  constructor(options: SlowPoetryOptions) {
    super();
    this.options = options;
    this.turns = new Turns(options.concurrency, (client) => client.beginTurn());
  }

  override describe(): Details {
    return { reciting: this.turns.active, waiting: this.turns.waiting };
  }
}
