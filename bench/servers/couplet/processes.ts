// Runs coupletd: processes.ts WORKERS shared|spread BYTES COUNTS. Prints the port when all of them serve. In the folder COUNTS each worker
// writes how many poems it has served.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { Compiler } from '../../src/compiler.ts';

const [workers = '1', accept = 'shared', bytes = '0', counts = ''] = process.argv.slice(2);
const root = new URL('../../../', import.meta.url);
const command = fileURLToPath(new URL('packages/daemon/bin/coupletd.js', root));

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const port = await freePort();
const app = fileURLToPath(new URL('processes-app.ts', import.meta.url));
const options = [
  '--workers',
  workers,
  '--accept',
  accept,
  '--control',
  'none',
  '--log-level',
  'error',
  '--access-log',
  'off',
];
// Ends with this process.
const launch = new Compiler().compile(fileURLToPath(new URL('bench/load/launch.c', root)));
// What is built, as users run it.
const child = spawn(launch, ['', '900', process.execPath, command, 'run', app, ...options, '--ready-fd', '3'], {
  stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  env: { ...process.env, POEMS_PORT: String(port), POEMS_BYTES: bytes, POEMS_COUNTS: counts },
});
const ready = child.stdio[3];
if (ready === null || ready === undefined)
  throw new Error('coupletd was started without the pipe on which it says that it is ready');
child.once('exit', (status) => process.exit(status ?? 1));
await once(ready, 'data');
console.log(port);
