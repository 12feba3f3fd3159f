import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock, DelayedCall } from 'couplet';
import { placeOf } from 'couplet/endpoints';
import { authorityOf } from '../values/authority.ts';
import { refusal } from '../values/refusal.ts';
import { EXPOSITION_TYPE } from './exposition.ts';

/** How many connections there are at a time. */
const MOST_CONNECTIONS = 32;
/** How long the first request of a connection may take to arrive, and each one then to be answered, in milliseconds. */
const REQUEST_MS = 5000;
/** How long a connection may then wait for its next request to arrive, in milliseconds. */
const IDLE_MS = 15_000;

const PATHS: readonly string[] = ['/metrics', '/healthz', '/readyz'];
const PLAIN = 'text/plain; charset=utf-8';

/** What the pages show. */
export interface Health {
  /** Returns the page of metrics. */
  scrape(): Promise<string>;
  /** Returns why it is not ready, in one line; undefined if it is. */
  ready(): string | undefined;
  /** Told what went wrong: a scrape, or the accepting of connections. */
  failed(error: Error): void;
}

/** A place of TCP. */
export interface WebPlace {
  readonly host: string;
  readonly port: number;
}

/** Where a server description has metrics served; undefined unless it is one of TCP alone, such as `tcp:9464:interface=10.0.0.7`. */
export function webPlaceOf(text: string): WebPlace | undefined {
  const place = placeOf(text);
  // A place does not tell whether PROXY headers are expected there.
  if (place.kind !== 'tcp' || place.tls !== undefined || /^\s*haproxy:/.test(text)) return undefined;
  return { host: place.host, port: place.port };
}

/** Serves `/metrics`, `/healthz` and `/readyz`. */
export class Web {
  readonly #health: Health;
  readonly #clock: Clock;
  readonly #server: Server;
  /** For each connection what ends it when it takes too long. */
  readonly #deadlines: WeakMap<Socket, DelayedCall> = new WeakMap();
  /** The scrape that is under way: requests that come meanwhile get the same page. */
  #scrape: Promise<string | undefined> | undefined;

  constructor(health: Health, clock: Clock) {
    this.#health = health;
    this.#clock = clock;
    this.#server = createServer({ keepAliveTimeout: IDLE_MS }, (request, response) => this.#answer(request, response));
    this.#server.maxConnections = MOST_CONNECTIONS;
    this.#server.on('connection', (socket: Socket) => {
      this.#allow(socket, REQUEST_MS);
      socket.once('close', () => this.#deadlines.get(socket)?.cancel());
    });
  }

  /** Listens. Resolves to the port. Rejects with a `CommandError` if the place is taken or not allowed. */
  async open({ host, port }: WebPlace): Promise<number> {
    const server = this.#server;
    await new Promise<void>((resolve, reject) => {
      const refuse = (error: Error): void =>
        reject(refusal(`cannot serve metrics on ${authorityOf(host, port)}`, error));
      server.once('error', refuse);
      server.listen({ host, port }, () => {
        server.off('error', refuse);
        resolve();
      });
    });
    // Without a listener a failed accept would end the process.
    server.on('error', (error) => this.#health.failed(error));
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  /** Stops listening, and ends all connections. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.#allow(request.socket, REQUEST_MS);
    response.once('finish', () => this.#allow(request.socket, IDLE_MS));
    const { method = '', url = '' } = request;
    const [path = ''] = url.split('?');
    if (!PATHS.includes(path)) send(response, 404, `there are ${PATHS.join(', ')}\n`);
    else if (method !== 'GET' && method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      send(response, 405, 'only GET and HEAD\n');
    } else if (path === '/healthz') send(response, 200, 'ok\n');
    else if (path === '/readyz') this.#ready(response);
    else void this.#metrics(response);
  }

  #ready(response: ServerResponse): void {
    const reason = this.#health.ready();
    if (reason === undefined) send(response, 200, 'ready\n');
    else send(response, 503, `${reason}\n`);
  }

  async #metrics(response: ServerResponse): Promise<void> {
    const scrape = this.#scrape ?? this.#scrapeOnce();
    this.#scrape = scrape;
    const page = await scrape;
    if (this.#scrape === scrape) this.#scrape = undefined;
    if (page === undefined) send(response, 500, 'the scrape failed\n');
    else send(response, 200, page, EXPOSITION_TYPE);
  }

  /** Resolves to the page, or to undefined if that failed, which has been told then. */
  async #scrapeOnce(): Promise<string | undefined> {
    try {
      return await this.#health.scrape();
    } catch (error) {
      this.#health.failed(error instanceof Error ? error : new Error(String(error)));
      return undefined;
    }
  }

  /** Ends a connection unless it gets on within that time. */
  #allow(socket: Socket, ms: number): void {
    this.#deadlines.get(socket)?.cancel();
    if (socket.destroyed) return;
    this.#deadlines.set(
      socket,
      this.#clock.callLater(ms, () => void socket.destroy()),
    );
  }
}

function send(response: ServerResponse, status: number, text: string, type = PLAIN): void {
  if (response.destroyed) return;
  const length = Buffer.byteLength(text);
  response.writeHead(status, { 'content-type': type, 'content-length': length, 'cache-control': 'no-store' });
  // Node sends no body in answer to HEAD.
  response.end(text);
}
