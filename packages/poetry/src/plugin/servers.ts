import { join } from 'node:path';
import type { ServiceContext } from 'coupletd';
import type { PoetryAddress } from '../command-line/poetry-address.ts';
import { MOST_UNREAD, writeBufferFor } from '../command-line/server.ts';
import { checkPoem, download, failureAt, MOST_BYTES } from '../download/download.ts';
import { ProxyFactory } from '../protocols/cached-poem.ts';
import { FastPoetryFactory } from '../protocols/fast-poetry.ts';
import { poemFolder, readPoem } from '../protocols/poem.ts';
import { PoemCache } from '../protocols/poem-cache.ts';
import { SlowPoetryFactory } from '../protocols/slow-poetry.ts';
import { TransformFactory } from '../protocols/transform-protocol.ts';
import { TransformService } from '../protocols/transform-service.ts';
import { say } from '../terminal/output.ts';
import { downloadCommand, transformCommand } from './by-hand.ts';
import type { PoetryServerOptions } from './poetry-server-options.ts';

/** How a slow server of the application sends its poem. */
export interface Pace {
  readonly numBytes: number;
  /** In seconds. */
  readonly delay: number;
  /** How many clients each process serves at a time; 0 means no limit. */
  readonly concurrency: number;
  /** For how long each piece holds the thread, in milliseconds. */
  readonly block: number;
}

/** The file of a poem that comes with this package. */
export function poemFile(name: string): string {
  return join(poemFolder(), `${name}.txt`);
}

/** A server that sends the poem of that name slowly. Rejects with an `Error` if it cannot be read. */
export async function slowServer(
  name: string,
  { numBytes, delay, concurrency, block }: Pace,
): Promise<PoetryServerOptions> {
  const poem = await readPoem(poemFile(name));
  const factory = new SlowPoetryFactory({
    poem,
    numBytes,
    delayMs: delay * 1000,
    concurrency,
    blockMs: block,
    onTurn: (peer) => say(`Somebody at ${peer.authority} wants poetry! (${name}.txt)`),
  });
  const blocking = block === 0 ? '' : `, blocks ${block} ms`;
  const pace = `${numBytes} bytes every ${delay} s${blocking}`;
  return {
    name,
    factory,
    maxWriteBufferBytes: writeBufferFor(poem),
    line: (host) => `Serving ${name}.txt slowly on ${host.authority}: ${pace}.`,
    does: () => pace,
    command: (host) => downloadCommand(host.authority),
  };
}

/** A server that sends the poem of that name at once. Rejects with an `Error` if it cannot be read. */
export async function fastServer(name: string): Promise<PoetryServerOptions> {
  const poem = await readPoem(poemFile(name));
  return {
    name,
    factory: new FastPoetryFactory(poem),
    maxWriteBufferBytes: writeBufferFor(poem),
    line: (host) => `Serving ${name}.txt fast on ${host.authority}.`,
    does: () => 'the whole poem at once',
    command: (host) => downloadCommand('--print', host.authority),
  };
}

/** A server that fetches a poem once, at the first request, from where `source` says by then. */
export function proxyServer(source: () => PoetryAddress, timeoutSeconds: number): PoetryServerOptions {
  let here: ServiceContext | undefined;
  const cache = new PoemCache(async (signal) => {
    if (here === undefined) throw new Error('the proxy has not started');
    const address = source();
    try {
      const limits = { maxBytes: MOST_BYTES, timeoutSeconds, signal };
      const poem = await download(here.reactor, address.endpoint, limits);
      checkPoem(poem.length);
      return poem;
    } catch (error) {
      if (!signal.aborted) here.log.warn({ event: 'proxy.failed' }, failureAt(address, error));
      throw error;
    }
  });
  return {
    name: 'proxy',
    factory: new ProxyFactory(cache),
    maxWriteBufferBytes: MOST_BYTES,
    line: (host) => `Serving the poem of ${source().name} on ${host.authority}.`,
    does: () => `the poem of ${source().name}, fetched once`,
    command: (host) => downloadCommand(host.authority),
    onStart: (context) => {
      here = context;
      // Throws now if there is nowhere to fetch from.
      source();
    },
  };
}

/** A server that transforms poems. */
export function transformServer(): PoetryServerOptions {
  let here: ServiceContext | undefined;
  const refused = (what: string): void => here?.log.warn({ event: 'transform.refused' }, what);
  return {
    name: 'transform',
    factory: new TransformFactory(new TransformService(), refused),
    maxWriteBufferBytes: MOST_UNREAD,
    line: (host) => `Serving transformed poetry on ${host.authority}.`,
    does: () => 'netstrings in and out',
    command: transformCommand,
    onStart: (context) => {
      here = context;
    },
  };
}
