import process from 'node:process';
import type { Command } from 'commander';
import type { Address, ConnectionOptions, Factory, ListeningPort, Reactor } from 'couplet';
import { EndpointSyntaxError } from 'couplet';
import type { ServerEndpoint } from 'couplet/endpoints';
import { StandardIOEndpoint, serverFromString, TCP4ServerEndpoint } from 'couplet/endpoints';
import { leaveOutput, remark } from '../terminal/output.ts';
import { serverForm } from './hint.ts';
import { openInspector } from './inspect.ts';
import { interfaceName, repeated, wholeNumber } from './option.ts';
import { commandLine } from './program.ts';
import { UsageError } from './usage-error.ts';

/** The options that every server has on its command line. */
interface ServerOptions {
  readonly port: number;
  readonly iface: string;
  readonly listen?: readonly string[];
  readonly inspect?: string;
}

/** A command line with those options. */
export function serverCommandLine(name: string, description: string): Command {
  return commandLine(name, description)
    .option('--port <port>', 'the port to listen on; 0 is any free one', wholeNumber(0, 65_535), 0)
    .option('--iface <host>', 'the interface to listen on', interfaceName, 'localhost')
    .option(
      '--listen <endpoint>',
      'an endpoint string to listen on instead, such as unix:/run/poetry.sock, systemd:name=poetry or stdio:; may be repeated',
      repeated,
    )
    .option(
      '--inspect [endpoint]',
      'serve a page that shows what the program does, on any free port of 127.0.0.1, or where --inspect=ENDPOINT says',
    );
}

/**
 * Where a command line with those options asks to listen. Throws a `UsageError` for an endpoint that cannot be understood. Leaves
 * standard output to an endpoint that uses it.
 */
export function serverEndpoints(reactor: Reactor, command: Command): readonly ServerEndpoint[] {
  const { port, iface, listen } = command.opts<ServerOptions>();
  if (listen === undefined) return [new TCP4ServerEndpoint(reactor, port, { interface: iface })];
  for (const option of ['port', 'iface']) {
    if (command.getOptionValueSource(option) === 'cli')
      throw new UsageError(`--${option} cannot be given beside --listen`);
  }
  const endpoints = listen.map((text) => serverEndpoint(reactor, text));
  if (endpoints.some((endpoint) => endpoint instanceof StandardIOEndpoint)) leaveOutput();
  return endpoints;
}

function serverEndpoint(reactor: Reactor, text: string): ServerEndpoint {
  try {
    return serverFromString(reactor, text);
  } catch (error) {
    if (error instanceof EndpointSyntaxError) {
      throw new UsageError(error.message, { cause: error, hint: serverForm(text) });
    }
    throw error;
  }
}

/** What is said at a terminal when the first signal has come. */
export const STOPPING = 'Stopping; a second Ctrl-C stops at once';

/** How long clients may take to get the rest of their poems after the first signal. */
const DRAIN_TIMEOUT_MS = 25_000;

/** How long a client may take nothing of the rest of its poem before it is reset: it holds memory and a place. */
export const CLOSE_TIMEOUT_MS = 30_000;

/** How much a client that does not read may make the transform server hold: an answer, and room to spare. */
export const MOST_UNREAD: number = 2 ** 20;

/** How much a client that does not read may make a server hold: the poem, and room to spare. */
export function writeBufferFor(poem: Uint8Array): number {
  return poem.length + 2 ** 20;
}

/** An address as the lines of output show it. */
export function placeOf(address: Address): string {
  return 'port' in address ? `port ${address.port}` : address.authority;
}

/**
 * Listens on every endpoint, and passes each address to `tell`. Stops the reactor when every port has stopped, as that of `stdio:`
 * does, and its connections have ended.
 */
export async function openPorts(
  reactor: Reactor,
  endpoints: readonly ServerEndpoint[],
  factory: Factory,
  options: ConnectionOptions,
  tell: (host: Address) => void,
): Promise<void> {
  let open = endpoints.length;
  const ports: ListeningPort[] = [];
  reactor.observe({
    stoppedListening: () => {
      open -= 1;
      if (open === 0) void stopDrained(reactor, ports);
    },
  });
  const bounds = { closeTimeoutMs: CLOSE_TIMEOUT_MS, ...options };
  for (const endpoint of endpoints) {
    const port = await endpoint.listen(factory, bounds);
    ports.push(port);
    tell(port.getHost());
  }
}

/** Stops the reactor once the ports have drained; if a signal has begun that, it stops by itself. */
async function stopDrained(reactor: Reactor, ports: readonly ListeningPort[]): Promise<void> {
  await Promise.all(ports.map((port) => port.drain({ timeoutMs: DRAIN_TIMEOUT_MS })));
  if (reactor.running) reactor.stop();
}

/**
 * Opens ports on a reactor that already runs, and an inspector if the command line says so, so that a signal ends the program in order from the first line that it
 * prints: clients that are being served get the rest of their poems, unless a second signal comes. Resolves when the reactor has
 * stopped. Rejects when `open` does, with nothing left open.
 */
export async function serveUntilStopped(reactor: Reactor, command: Command, open: () => Promise<void>): Promise<void> {
  const { inspect } = command.opts<ServerOptions>();
  let stopping = false;
  reactor.addSystemEventTrigger('before', 'shutdown', () => {
    stopping = true;
  });
  const stopped = reactor.run({ drainTimeoutMs: DRAIN_TIMEOUT_MS });
  const tell = (): void => remark(STOPPING);
  process.once('SIGINT', tell);
  try {
    const tell = inspect === undefined ? undefined : await openInspector(reactor, inspect);
    await open();
    tell?.();
  } catch (error) {
    if (!stopping) {
      reactor.stop();
      await stopped;
      throw error;
    }
  }
  await stopped;
  process.off('SIGINT', tell);
}
