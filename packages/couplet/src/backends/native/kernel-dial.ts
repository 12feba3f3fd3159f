import type { Settled } from '../../seam/streams.ts';
import type { Wire } from '../../seam/wire.ts';
import { askAgain } from '../node/again.ts';
import { causeOfAttempt } from '../node/cause.ts';
import { type DialPlace, isBound } from '../node/node.ts';
import { TCP_ENDS, unixEnds } from './ends.ts';
import { causeOfErrno } from './errno.ts';
import type { LinuxKernel } from './kernel.ts';
import { KernelWire } from './kernel-wire.ts';
import {
  AF_INET6,
  AF_UNIX,
  EAGAIN,
  EINPROGRESS,
  ENAMETOOLONG,
  EPOLLOUT,
  SO_ERROR,
  SO_REUSEADDR,
  SOCK_STREAM,
  SOL_SOCKET,
  UNIX_BYTES,
} from './linux.ts';
import { NO_DESCRIPTOR, UNWATCHED, type Watched } from './readiness.ts';
import { familyOf, unixAddress } from './socket-address.ts';

/** Connects to a TCP port or a UNIX socket. */
export function connectTo(kernel: LinuxKernel, place: DialPlace, attempt: Settled<Wire>): { cancel(): void } {
  const dial = new KernelDial(kernel, place, attempt);
  dial.begin();
  return dial;
}

/** An attempt to connect, which makes a wire of its socket. */
class KernelDial implements Watched {
  fd: number = NO_DESCRIPTOR;
  interest: number = UNWATCHED;
  serial: number = 0;
  readonly #kernel: LinuxKernel;
  readonly #place: DialPlace;
  readonly #attempt: Settled<Wire>;
  #failing: NodeJS.Immediate | undefined;
  #again: NodeJS.Timeout | undefined;

  constructor(kernel: LinuxKernel, place: DialPlace, attempt: Settled<Wire>) {
    this.#kernel = kernel;
    this.#place = place;
    this.#attempt = attempt;
  }

  begin(): void {
    const opened = this.#open();
    const bound = opened < 0 ? opened : this.#bind();
    const result = bound < 0 ? bound : this.#connect();
    if (result >= 0) return;
    this.#giveUp();
    // The listener is full (connect(2)).
    if (this.#place.kind === 'unix' && result === -EAGAIN) this.#again = askAgain(() => this.begin());
    else this.#fail(result, opened >= 0 && bound < 0 ? 'bind' : 'connect');
  }

  #open(): number {
    const { calls, readiness } = this.#kernel;
    const place = this.#place;
    const fd = calls.socket(place.kind === 'unix' ? AF_UNIX : familyOf(place.host), SOCK_STREAM);
    if (fd < 0) return fd;
    this.fd = fd;
    readiness.open(this);
    return 0;
  }

  #bind(): number {
    const place = this.#place;
    if (place.kind === 'unix' || !isBound(place)) return 0;
    const { calls } = this.#kernel;
    const { host, localHost = familyOf(host) === AF_INET6 ? '::' : '0.0.0.0', localPort = 0 } = place;
    const address = calls.inetAddress(localHost, localPort);
    if (typeof address === 'number') return address;
    calls.setOption(this.fd, SOL_SOCKET, SO_REUSEADDR, 1);
    return calls.bind(this.fd, address);
  }

  /** Connected or not, that is told by the kernel later. */
  #connect(): number {
    const { calls, readiness } = this.#kernel;
    const place = this.#place;
    const address = place.kind === 'unix' ? unixAddress(place.path) : calls.inetAddress(place.host, place.port);
    if (typeof address === 'number') return address;
    if (address.length > UNIX_BYTES) return -ENAMETOOLONG;
    const result = calls.connect(this.fd, address);
    return result < 0 && result !== -EINPROGRESS ? result : readiness.wait(this, EPOLLOUT);
  }

  /** No method of the attempt is called from then on. */
  cancel(): void {
    clearImmediate(this.#failing);
    clearTimeout(this.#again);
    this.#giveUp();
  }

  #giveUp(): void {
    const { fd } = this;
    if (fd === NO_DESCRIPTOR) return;
    const { calls, readiness } = this.#kernel;
    readiness.leave(this);
    this.fd = NO_DESCRIPTOR;
    calls.close(fd);
  }

  /** A program that then tries again would hold up all others, so that is told after them. */
  #fail(errno: number, syscall: string): void {
    const cause = causeOfAttempt(causeOfErrno(errno, syscall), isBound(this.#place));
    this.#failing = setImmediate(() => this.#attempt.onFailed(cause));
  }

  onReady(): void {
    const { fd } = this;
    const errno = this.#kernel.calls.option(fd, SOL_SOCKET, SO_ERROR);
    if (errno !== 0) {
      this.#giveUp();
      this.#fail(errno, 'connect');
      return;
    }
    const place = this.#place;
    const ends = place.kind === 'unix' ? unixEnds(place.path, false) : TCP_ENDS;
    // The wire has the descriptor from now on.
    const wire = new KernelWire(this.#kernel, fd, ends, false);
    this.fd = NO_DESCRIPTOR;
    wire.attach(this.#attempt.onReady(wire));
  }
}
