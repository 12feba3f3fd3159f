// What `coupletd poetry` runs: package.json names this file.
import { isIPv6 } from 'node:net';
import type { Command } from 'commander';
import { type Application, application, type Plugin } from 'coupletd';
import {
  BLOCK,
  BLOCK_HELP,
  interfaceName,
  milliseconds,
  seconds,
  someSeconds,
  wholeNumber,
} from '../command-line/option.ts';
import { type PoetryAddress, poetryAddress } from '../command-line/poetry-address.ts';
import { Notice } from './notice.ts';
import { PoetryServer } from './poetry-server.ts';
import { fastServer, type Pace, poemFile, proxyServer, slowServer, transformServer } from './servers.ts';

/** The poems of the slow servers, and how many bytes each sends at a time unless told. */
const SLOW = { ecstasy: 30, fascination: 10, science: 10 };
const FIRST = 'ecstasy';
const FAST = 'jiangjinjiu';
/** Where the first server listens unless told; the others have the ports after it. */
const PORT = 10_000;
const SERVERS = [...Object.keys(SLOW), FAST, 'proxy', 'transform'];

interface PoetryOptions extends Omit<Pace, 'numBytes'> {
  readonly port?: number;
  readonly iface: string;
  readonly numBytes?: number;
  readonly proxied?: string;
  readonly proxyTimeout: number;
}

const plugin: Plugin<PoetryOptions> = {
  options(command: Command) {
    command
      .description('Serves three poems slowly and one fast, a poem that a proxy fetches once, and transformed poems.')
      .option(
        '--port <port>',
        `the port of the first server; the others have the five after it; 0 is any free one for each (default: ${PORT})`,
        wholeNumber(0, 65_535 - SERVERS.length + 1),
      )
      .option('--iface <host>', 'the interface to listen on', interfaceName, '127.0.0.1')
      .option(
        '--num-bytes <count>',
        'how many bytes a slow server sends at a time (default: 30 of ecstasy.txt, else 10)',
        wholeNumber(1),
      )
      .option('--delay <seconds>', 'how long a slow server waits between two pieces', seconds, 0.1)
      .option(BLOCK, BLOCK_HELP, milliseconds, 0)
      .option(
        '--concurrency <clients>',
        'how many clients a slow server serves at a time in each process; 0 means no limit',
        wholeNumber(0),
        1,
      )
      .option('--proxied <address>', 'where the proxy fetches its poem (default: the first slow server)')
      .option('--proxy-timeout <seconds>', 'the time limit for a fetch, including connecting', someSeconds, 300)
      .addHelpText(
        'after',
        '\nWhere no --port is given and there are no workers (coupletd --workers 0 poetry),\na server whose port is taken listens on any free one.',
      );
  },
  application: poetry,
};

/** The application. Rejects with an `Error` if a poem cannot be read. */
async function poetry(options: PoetryOptions): Promise<Application> {
  const { port = PORT, iface, numBytes, proxied, proxyTimeout } = options;
  const notice = new Notice(SERVERS);
  const source = (): PoetryAddress => {
    const host = notice.hostOf(FIRST);
    if (proxied !== undefined) return poetryAddress(proxied);
    if (host !== undefined) return poetryAddress(host.authority);
    // It runs in another process, where it listens as it was told to.
    if (port === 0) throw new Error(`which port ${FIRST} has is not known in this process: --proxied says where it is`);
    return poetryAddress(`${isIPv6(iface) ? `[${iface}]` : iface}:${port}`);
  };
  if (proxied !== undefined) poetryAddress(proxied);
  const servers = [
    ...(await Promise.all(
      Object.entries(SLOW).map(([name, usual]) => slowServer(name, { ...options, numBytes: numBytes ?? usual })),
    )),
    await fastServer(FAST),
    proxyServer(source, proxyTimeout),
    transformServer(),
  ];
  const places = { iface, port, yielding: options.port === undefined };
  const files = [...Object.keys(SLOW), FAST].map(poemFile);
  return application('poetry', () => servers.map((server, index) => new PoetryServer(server, places, index, notice)), {
    files,
  });
}

export { plugin as default };
