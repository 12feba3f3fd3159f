import type { Address, ConnectionOptions, Drained } from 'couplet';
import { CannotListenError } from 'couplet';
import { quoteStringArgument } from 'couplet/endpoints';
import { type ServiceContext, StreamServerService } from 'coupletd';
import { CLOSE_TIMEOUT_MS } from '../command-line/server.ts';
import type { Notice } from './notice.ts';
import type { PoetryServerOptions } from './poetry-server-options.ts';

/** Where the servers of the application listen. */
export interface Places {
  readonly iface: string;
  /** The port of the first; the others have those after it. 0 is any free one for each. */
  readonly port: number;
  /** Whether a server whose port is taken, and which opens it itself, takes any free one. */
  readonly yielding: boolean;
}

/** A server that says where it listens. Of several processes with it, the first one says so. */
export class PoetryServer extends StreamServerService {
  readonly #options: PoetryServerOptions;
  readonly #notice: Notice;
  /** The same on any free port. */
  readonly #spare: StreamServerService | undefined;
  /** Whether it is the one of several processes that says something. */
  #speaks = false;

  /** `index` is its number among the servers, 0 for the first. */
  constructor(options: PoetryServerOptions, places: Places, index: number, notice: Notice) {
    const { name, factory, maxWriteBufferBytes } = options;
    const bounds: ConnectionOptions = { maxWriteBufferBytes, closeTimeoutMs: CLOSE_TIMEOUT_MS };
    super(name, placeAt(places, places.port === 0 ? 0 : places.port + index), factory, bounds);
    this.#options = options;
    this.#notice = notice;
    if (places.yielding) this.#spare = new StreamServerService(name, placeAt(places, 0), factory, bounds);
  }

  override get hosts(): readonly Address[] {
    return [...super.hosts, ...(this.#spare?.hosts ?? [])];
  }

  override async start(context: ServiceContext): Promise<void> {
    const { onStart } = this.#options;
    this.#speaks = context.slot === 1;
    onStart?.(context);
    try {
      await super.start(context);
    } catch (error) {
      if (this.#spare === undefined || !(error instanceof CannotListenError)) throw error;
      await this.#spare.start(context);
    }
    for (const host of this.hosts) this.#notice.listens(this.#options, host, this.#speaks);
  }

  override async draining(leftMs: number): Promise<Drained> {
    if (this.#speaks) this.#notice.stops();
    const [own, spare] = await Promise.all([super.draining(leftMs), this.#spare?.draining(leftMs)]);
    return { closed: own.closed + (spare?.closed ?? 0), aborted: own.aborted + (spare?.aborted ?? 0) };
  }

  override async stop(): Promise<void> {
    await Promise.all([super.stop(), this.#spare?.stop()]);
  }
}

function placeAt({ iface }: Places, port: number): string {
  return `tcp:${port}:interface=${quoteStringArgument(iface)}`;
}
