import { ProxyFilter, ProxyReader } from '../../src/haproxy/filter.ts';
import type { ProxyOptions } from '../../src/haproxy/options.ts';
import type { ProxyHeader } from '../../src/protocol/proxy-header.ts';
import type { SocketName } from '../../src/seam/address.ts';
import type { Settled } from '../../src/seam/streams.ts';
import type { Sink } from '../../src/seam/wire.ts';
import { Clock as TestClock } from '../../src/testing/clock.ts';
import type { Clock } from '../../src/time/clock.ts';
import { Visit } from '../policies/visit.ts';

export const PROXY: SocketName = { family: 'IPv4', host: '10.0.0.1', port: 4000 };
export const OPTIONS: ProxyOptions = { trusted: ['10.0.0.0/8'] };

/** A wire from a proxy, and what comes of it. It is also who gets what follows the header, and says what happens then. */
export class Gate implements Settled<ProxyHeader, Error>, Sink {
  readonly clock: TestClock = new TestClock();
  readonly visit: Visit;
  /** Everything that is heard, in order. */
  readonly log: string[] = [];
  header: ProxyHeader | undefined;
  /** What it does when it is accepted, and when it gets data. */
  acts: (wire: ProxyFilter) => void = () => {};
  hears: (wire: ProxyFilter) => void = () => {};
  /** Whether it wants the connection. */
  willing = true;
  #wire: ProxyFilter | undefined;

  constructor(peer: SocketName = PROXY, options: ProxyOptions = OPTIONS, clock?: Clock) {
    this.visit = new Visit(peer);
    const filter = new ProxyReader(options).read(this.visit, clock ?? this.clock, this);
    if (filter instanceof ProxyFilter) {
      this.#wire = filter;
      this.visit.sink = filter;
    } else this.onFailed(filter);
  }

  /** What has been asked of the wire below. */
  get calls(): readonly string[] {
    return this.visit.calls;
  }

  /** The wire of the announced connection. Throws when there cannot be one. */
  get wire(): ProxyFilter {
    if (this.#wire === undefined) throw new Error('the proxy is not trusted');
    return this.#wire;
  }

  onReady(header: ProxyHeader): Sink | null {
    this.header = header;
    this.log.push('accepted');
    this.acts(this.wire);
    return this.willing ? this : null;
  }

  /** Closes the wire, as whoever is told has to. */
  onFailed(reason: Error): void {
    this.log.push(reason.message.replace('PROXY header: ', 'refused: '));
    this.#wire?.close();
  }

  onWriteFailed(): void {
    this.log.push('write failed');
  }

  onSecured(): Sink {
    this.log.push('secured');
    return this;
  }

  onData(chunk: Buffer): void {
    this.log.push(`data ${chunk.toString('latin1')}`);
    this.hears(this.wire);
  }

  onEof(): void {
    this.log.push('eof');
  }

  onWritable(): void {
    this.log.push('writable');
  }

  onClosed(): void {
    this.log.push('closed');
  }
}
