import type { TestContext } from 'node:test';
import { Program } from './program.ts';

/**
 * Prints each datagram as one line. What a datagram carries besides bytes is closed, which is what the program that sends it waits for.
 */
const RECEIVER = `
import os, socket, sys
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(sys.argv[1])
print('listening', flush=True)
while True:
    text, carried, flags, peer = socket.recv_fds(receiver, 4096, 4)
    for fd in carried: os.close(fd)
    text = text.decode().strip().replace('\\n', ' ')
    if not text.startswith('BARRIER='): print(text, flush=True)
`;

/** Starts a receiver of notifications at a path. Resolves when it listens. */
export async function receiver(context: TestContext, path: string): Promise<Program> {
  const program = new Program(context, ['/usr/bin/python3', '-c', RECEIVER, path]);
  await program.line(/^listening$/);
  return program;
}
