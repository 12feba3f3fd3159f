import type { Command } from 'commander';
import type { Address, Reactor } from 'couplet';
import { interfaceName, wholeNumber } from './option.ts';
import { commandLine } from './program.ts';

/** What every server can be told on its command line. */
export interface ServerOptions {
  readonly port: number;
  readonly iface: string;
}

/** A command line with these options. */
export function serverCommandLine(name: string, description: string): Command {
  return commandLine(name, description)
    .option('--port <port>', 'the port to listen on; 0 is any free one', wholeNumber(0, 65_535), 0)
    .option('--iface <host>', 'the interface to listen on', interfaceName, 'localhost');
}

/** What a client that does not read may make a server hold: the poem, and room to spare. */
export function writeBufferFor(poem: Uint8Array): number {
  return poem.length + 2 ** 20;
}

/** The port of an address that has one. */
export function portOf(address: Address): number {
  if (!('port' in address)) throw new Error(`${address} has no port`);
  return address.port;
}

/**
 * Opens ports on a reactor that runs already, so that a signal ends the program in order from the first line that it
 * prints; resolves when the reactor has stopped. Rejects when `open` does, with nothing left open.
 */
export async function serveUntilStopped(reactor: Reactor, open: () => Promise<void>): Promise<void> {
  let stopping = false;
  reactor.addSystemEventTrigger('before', 'shutdown', () => {
    stopping = true;
  });
  const stopped = reactor.run();
  try {
    await open();
  } catch (error) {
    if (!stopping) {
      reactor.stop();
      await stopped;
      throw error;
    }
  }
  await stopped;
}
