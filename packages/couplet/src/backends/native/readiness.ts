import { EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLL_CTL_MOD } from './linux.ts';
import type { SystemCalls } from './system-calls.ts';
import { raise, settle } from './turns.ts';

/** In place of a descriptor that is closed, handed on, or not open yet. */
export const NO_DESCRIPTOR = -1;
/** Nothing is waited for on a descriptor, not even that it breaks. */
export const UNWATCHED = -1;

/** A descriptor that is waited for. */
export interface Watched {
  readonly fd: number;
  /** What is waited for, `UNWATCHED` at first. Only `Readiness` changes it. */
  interest: number;
  /** Tells it from others that had its number before. Only `Readiness` changes it. */
  serial: number;
  /** Is called with what has happened: bits of epoll(7). */
  onReady(events: number): void;
}

/**
 * Waits for all descriptors of the process that are open here, by one of epoll(7) for which the event loop waits. They keep the process
 * alive.
 */
export class Readiness {
  readonly #calls: SystemCalls;
  readonly #epoll: number;
  readonly #loop: { start(): void; stop(): void };
  /** By descriptor. */
  readonly #watched: (Watched | undefined)[] = [];
  /** Descriptors of sockets that others are of as well. */
  readonly #shared: Set<number> = new Set();
  #open = 0;
  /** What is ready will be told in this turn of the event loop. */
  #due = false;
  #serials = 0;

  /** Throws if the system refuses. */
  constructor(calls: SystemCalls) {
    this.#calls = calls;
    this.#epoll = calls.epoll();
    if (this.#epoll < 0) throw new Error(`epoll_create1(2) fails (${this.#epoll})`);
    this.#loop = calls.watch(this.#epoll, () => this.#found());
  }

  /**
   * Something is ready. C calls this outside of all that Node runs around a callback, without which code of a program cannot run: where
   * that begins TLS, for one, the process would abort. So it is told in an immediate of Node, which comes next.
   */
  #found(): void {
    if (this.#due) return;
    this.#due = true;
    setImmediate(this.#tell);
  }

  /** Takes a descriptor that has been opened, or another object for it. Nothing is waited for yet. */
  open(watched: Watched): void {
    const former = this.#watched[watched.fd];
    if (former === undefined) {
      this.#open += 1;
      if (this.#open === 1) this.#loop.start();
    }
    this.#serials = (this.#serials + 1) | 0;
    watched.serial = this.#serials;
    watched.interest = UNWATCHED;
    // It gets a new number, by which events of the former one are told apart.
    if (former !== undefined) this.wait(former, UNWATCHED);
    this.#watched[watched.fd] = watched;
  }

  /** Waits for `interest`. Returns the negative number of an error if the kernel has no room for that: then it is as before. */
  wait(watched: Watched, interest: number): number {
    const { fd, serial, interest: former } = watched;
    if (former === interest) return 0;
    if (interest === UNWATCHED) {
      watched.interest = UNWATCHED;
      return this.#calls.control(this.#epoll, EPOLL_CTL_DEL, fd, 0, 0);
    }
    const operation = former === UNWATCHED ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    const result = this.#calls.control(this.#epoll, operation, fd, interest, serial);
    if (result >= 0) watched.interest = interest;
    return result;
  }

  /** Another descriptor is of the same socket, here or in another process, so that the kernel goes on to wait for it once this one is closed. */
  share(fd: number): void {
    if (this.#watched[fd] !== undefined) this.#shared.add(fd);
  }

  /** Gives up a descriptor that goes on to exist: this process uses it in another way. */
  leave(watched: Watched): void {
    if (this.#watched[watched.fd] !== watched) return;
    this.wait(watched, UNWATCHED);
    this.closed(watched);
  }

  /** Gives up a descriptor that is about to be closed. Unless it is shared, the kernel then does not wait for it any more. */
  closed(watched: Watched): void {
    const { fd } = watched;
    if (this.#watched[fd] !== watched) return;
    if (this.#shared.delete(fd)) this.wait(watched, UNWATCHED);
    this.#watched[fd] = undefined;
    this.#open -= 1;
    if (this.#open === 0) this.#loop.stop();
  }

  /** Each event is one of its own. What does not fit is told at once again, as the event loop finds the same descriptor ready. */
  readonly #tell = (): void => {
    this.#due = false;
    const calls = this.#calls;
    const count = calls.ready(this.#epoll);
    for (let index = 0; index < count; index += 1) {
      const watched = this.#watched[calls.fdAt(index)];
      // It was closed by what came before it, and another one may have its number.
      if (watched === undefined || watched.serial !== calls.serialAt(index)) continue;
      try {
        watched.onReady(calls.eventsAt(index));
      } catch (error) {
        raise(error);
      }
      settle();
    }
  };
}
