import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** A TCP port where nothing listens: the system gives it to no program, and none of the tests takes it (`tcpmux`, RFC 1078). */
export const CLOSED_PORT = 1;

/** Below the ports that Linux picks by itself unless it is set otherwise (ip(7), ip_local_port_range). */
const FIRST = 10_000;
const AFTER_LAST = 32_768;

/**
 * A TCP port that was free on these addresses a moment ago, 127.0.0.1 unless given. The system gives it neither to a client nor to one
 * that asks for any port: so it is still free when a program that has to be told a port comes to listen on it.
 */
export function freePort(...hosts: readonly string[]): Promise<number> {
  return freePorts(1, ...hosts);
}

/** The first of as many such ports, one after the other. */
export async function freePorts(count: number, ...hosts: readonly string[]): Promise<number> {
  const places = hosts.length === 0 ? ['127.0.0.1'] : hosts;
  for (;;) {
    const first = FIRST + Math.floor(Math.random() * (AFTER_LAST - FIRST - count));
    const ports = Array.from({ length: count }, (_, index) => first + index);
    const servers = await Promise.all(ports.flatMap((port) => places.map((host) => listening(port, host))));
    for (const server of servers) server?.close();
    if (servers.every((server) => server !== undefined)) return first;
  }
}

async function listening(port: number, host: string): Promise<Server | undefined> {
  const server = createServer().listen(port, host);
  try {
    await once(server, 'listening');
    return server;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return undefined;
    throw error;
  }
}
