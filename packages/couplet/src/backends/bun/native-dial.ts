import type { Settled } from '../../seam/streams.ts';
import type { Wire } from '../../seam/wire.ts';
import { askAgain } from '../node/again.ts';
import { causeOfAttempt, causeOfThrown } from '../node/cause.ts';
import { type DialPlace, isBound } from '../node/node.ts';
import type { BunEvents, BunPlace, BunRuntime, BunSocket } from './bun-sockets.ts';
import { HANDLERS } from './bun-sockets.ts';
import { systemError } from './cause.ts';
import { TCP_ENDS, unixEnds } from './ends.ts';
import { connectPath } from './libc.ts';
import { openSocket } from './open-socket.ts';
import { seat } from './seat.ts';

/** Connects to a TCP port or a UNIX socket. */
export function connectTo(bun: BunRuntime, place: DialPlace, attempt: Settled<Wire>): { cancel(): void } {
  const dial = new NativeDial(bun, place, attempt);
  dial.begin();
  return dial;
}

/** An attempt to connect, which makes a wire of its socket. */
class NativeDial implements BunEvents {
  readonly #bun: BunRuntime;
  readonly #place: DialPlace;
  readonly #attempt: Settled<Wire>;
  #over = false;
  #again: NodeJS.Timeout | undefined;

  constructor(bun: BunRuntime, place: DialPlace, attempt: Settled<Wire>) {
    this.#bun = bun;
    this.#place = place;
    this.#attempt = attempt;
  }

  begin(): void {
    try {
      this.#bun
        .connect({ ...addressOf(this.#place), allowHalfOpen: true, socket: HANDLERS, data: this })
        .catch((error) => this.#failed(error));
    } catch (error) {
      this.#failed(error);
    }
  }

  /** No method of the attempt is called from then on. Bun cannot give up a socket that is not connected yet. */
  cancel(): void {
    this.#over = true;
    clearTimeout(this.#again);
  }

  onOpen(socket: BunSocket): void {
    if (this.#over) {
      socket.terminate();
      return;
    }
    this.#over = true;
    const place = this.#place;
    const ends = place.kind === 'unix' ? unixEnds(place.path, false) : TCP_ENDS;
    seat(socket, ends, (wire) => this.#attempt.onReady(wire));
  }

  #failed(thrown: unknown): void {
    if (this.#over) return;
    const cause = causeOfAttempt(causeOfThrown(systemError(thrown)), isBound(this.#place));
    if (this.#place.kind === 'unix' && cause.code === 'ECONNREFUSED') {
      const outcome = connectPath(this.#place.path);
      // The listener is full (connect(2)).
      if (outcome === 'EAGAIN') {
        this.#again = askAgain(() => this.begin());
        return;
      }
      const socket = typeof outcome === 'number' ? openSocket(this.#bun, outcome) : undefined;
      if (socket !== undefined) {
        this.onOpen(socket);
        return;
      }
    }
    // A program that then tries again would hold up all others.
    setImmediate(() => {
      if (this.#over) return;
      this.#over = true;
      this.#attempt.onFailed(cause);
    });
  }

  // Only a socket that came too late.
  onChunk(): void {}
  onEnd(): void {}
  onDrain(): void {}
  onClose(): void {}
}

function addressOf(place: DialPlace): Pick<BunPlace, 'hostname' | 'port' | 'unix' | 'localAddress' | 'localPort'> {
  if (place.kind === 'unix') return { unix: place.path };
  const { host, port, localHost, localPort } = place;
  return {
    hostname: host,
    port,
    ...(localHost === undefined ? {} : { localAddress: localHost }),
    ...(localPort === undefined ? {} : { localPort }),
  };
}
