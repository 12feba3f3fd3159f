import { join } from 'node:path';
import type { Address, Factory } from 'couplet';
import { CannotListenError, reactor } from 'couplet';
import { FastPoetryFactory } from '../protocols/fast-poetry.ts';
import { poemFolder, readPoem } from '../protocols/poem.ts';
import { SlowPoetryFactory } from '../protocols/slow-poetry.ts';
import { say } from './output.ts';
import { commandLine, readArguments, runProgram } from './program.ts';
import { CLOSE_TIMEOUT_MS, serveUntilStopped, writeBufferFor } from './server.ts';

const HOST = '127.0.0.1';
const DELAY_MS = 100;
const SLOW = [
  { file: 'ecstasy.txt', port: 10_000, numBytes: 30 },
  { file: 'fascination.txt', port: 10_001, numBytes: 10 },
  { file: 'science.txt', port: 10_002, numBytes: 10 },
];
const FAST = { file: 'jiangjinjiu.txt', port: 10_003 };

const command = commandLine(
  'poetry-service',
  'Serves three poems slowly and one fast, on ports 10000 to 10003 if these are free, until Ctrl-C.',
);

await runProgram('poetry-service', async () => {
  readArguments(command);
  const folder = poemFolder();
  await serveUntilStopped(reactor, async () => {
    const slow: Address[] = [];
    for (const server of SLOW) slow.push(await openSlow(server, await readPoem(join(folder, server.file))));
    const fast = await openFast(await readPoem(join(folder, FAST.file)));
    advise(slow, fast);
  });
  return 0;
});

async function openSlow({ file, port, numBytes }: (typeof SLOW)[number], poem: Buffer): Promise<Address> {
  const factory = new SlowPoetryFactory({
    poem,
    numBytes,
    delayMs: DELAY_MS,
    concurrency: 1,
    onTurn: (peer) => say(`Somebody at ${peer.authority} wants poetry! (${file})`),
  });
  const host = await open(port, factory, poem);
  say(`Serving ${file} slowly on ${host.authority}: ${numBytes} bytes every ${DELAY_MS / 1000} s.`);
  return host;
}

async function openFast(poem: Buffer): Promise<Address> {
  const host = await open(FAST.port, new FastPoetryFactory(poem), poem);
  say(`Serving ${FAST.file} fast on ${host.authority}.`);
  return host;
}

/** Opens the port if it is free, otherwise any free one. */
async function open(port: number, factory: Factory, poem: Uint8Array): Promise<Address> {
  const options = {
    interface: HOST,
    maxWriteBufferBytes: writeBufferFor(poem),
    closeTimeoutMs: CLOSE_TIMEOUT_MS,
  };
  try {
    return (await reactor.listenTCP(port, factory, options)).getHost();
  } catch (error) {
    if (!(error instanceof CannotListenError)) throw error;
    return (await reactor.listenTCP(0, factory, options)).getHost();
  }
}

/** Says what to type in another terminal. */
function advise(slow: readonly Address[], fast: Address): void {
  const all = slow.map(({ authority }) => authority).join(' ');
  const [first = fast] = slow;
  say('');
  say('Download the slow ones all at once, or one after the other, and the fast one:');
  say(`  npx get-poetry ${all}`);
  say(`  npx get-poetry --blocking ${all}`);
  say(`  npx get-poetry --print ${fast.authority}`);
  say('Or by hand:');
  say(`  nc ${first.authority.replace(':', ' ')}`);
  say('Ctrl-C stops the service.');
}
