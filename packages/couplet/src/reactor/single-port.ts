import { addressOf, type IPv4Address, type IPv6Address } from '../address/address.ts';
import { Cidr } from '../address/cidr.ts';
import { bytesOf } from '../address/literal.ts';
import { NotAllowed, Refused, type Verdict } from '../filters/refused.ts';
import { TimeoutError, UserAbortError } from '../protocol/errors.ts';
import { Factory } from '../protocol/factory.ts';
import type { ListeningPort } from '../protocol/port.ts';
import type { ProtocolUnder } from '../protocol/protocol.ts';
import { checkProtocol } from '../protocol/role.ts';
import type { Wire } from '../seam/wire.ts';
import type { Clock, DelayedCall } from '../time/clock.ts';
import { ReactorStopped } from '../time/waits.ts';
import { checkAtLeast, checkSignal, checkText } from '../values/checks.ts';
import type { Accepting, AcceptOptions, ListenOptions } from './options.ts';

/** What it asks of the reactor. */
interface Listening extends Pick<Clock, 'callLater'> {
  listenTCP(port: number, factory: Factory, options: ListenOptions): Promise<ListeningPort<IPv4Address | IPv6Address>>;
}

/**
 * Opens a port for one connection, which that protocol serves. Resolves once it listens; the port closes with the first connection of the
 * peer that is meant, when the time is up, or when the reactor ends.
 */
export async function acceptOne<P extends ProtocolUnder<Factory>>(
  reactor: Listening,
  protocol: P,
  options: AcceptOptions,
): Promise<Accepting<P>> {
  const { from, timeoutMs = 30_000, signal, ...others } = options;
  checkProtocol(protocol, 'protocol');
  checkAtLeast('timeoutMs', timeoutMs, 0);
  if (from !== undefined) checkText('from', from, '192.0.2.1');
  checkSignal(signal);
  if (signal?.aborted === true) throw cancelled();
  const factory = new SingleFactory(protocol, from);
  const listening: ListenOptions = { backlog: 16, ...others };
  const port = await reactor.listenTCP(0, factory, listening);
  const { port: number } = port.getHost();
  factory.opened(() => void port.stopListening(), signal);
  if (timeoutMs < Number.POSITIVE_INFINITY) {
    const late = new TimeoutError(`port ${number} got no connection within ${timeoutMs} ms`);
    factory.timer = reactor.callLater(timeoutMs, () => factory.end(late));
  }
  return { port: number, connection: factory.connection };
}

function cancelled(): UserAbortError {
  return new UserAbortError('the wait for a connection was cancelled');
}

/** The factory of such a port: it has its one protocol, and closes the port. */
class SingleFactory<P extends ProtocolUnder<Factory>> extends Factory {
  readonly connection: Promise<P>;
  timer: DelayedCall | undefined;
  readonly #protocol: P;
  readonly #from: Cidr | undefined;
  #taken = false;
  #reason: Error | undefined;
  #close: () => void = () => {};
  #release: () => void = () => {};
  #resolve: (protocol: P) => void = () => {};
  #reject: (reason: Error) => void = () => {};

  constructor(protocol: P, from: string | undefined) {
    super();
    this.#protocol = protocol;
    this.#from = from === undefined ? undefined : new Cidr(from);
    this.connection = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // A caller that waits for something else meanwhile does not have to catch it.
    this.connection.catch(() => {});
  }

  /** The port is open; `close` closes it. */
  opened(close: () => void, signal: AbortSignal | undefined): void {
    this.#close = close;
    const abort = (): void => this.end(cancelled());
    signal?.addEventListener('abort', abort);
    this.#release = () => signal?.removeEventListener('abort', abort);
    if (signal?.aborted === true) abort();
    // A client may have come before the promise of the port resolved.
    else if (this.#taken) close();
  }

  /** Closes the port for that reason, unless there is a connection. */
  end(reason: Error): void {
    this.#reason ??= reason;
    this.#close();
  }

  override admit(wire: Wire): Verdict {
    const { peer } = wire;
    const [host = ''] = peer !== undefined && 'host' in peer ? peer.host.split('%') : [];
    const bytes = bytesOf(host);
    if (!this.#taken && (this.#from === undefined || (bytes !== undefined && this.#from.has(bytes)))) return undefined;
    return new Refused('', new NotAllowed(`${addressOf(peer).authority} is not the peer that is expected`));
  }

  override buildProtocol(): P | null {
    if (this.#taken || this.#reason !== undefined) return null;
    this.#taken = true;
    this.#resolve(this.#protocol);
    this.#close();
    return this.#protocol;
  }

  override stopFactory(): void {
    this.timer?.cancel();
    this.#release();
    if (!this.#taken) this.#reject(this.#reason ?? new ReactorStopped());
  }
}
