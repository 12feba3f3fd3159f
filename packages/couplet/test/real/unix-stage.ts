import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs, { linkSync, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, afterEach, beforeEach, mock } from 'node:test';
import type { ListeningPort } from 'couplet';
import { CannotListenError, Factory, open, Protocol, reactor } from 'couplet';
import { Child } from './child.ts';

export const TIMEOUT = { timeout: 30_000 };
const folder = mkdtempSync(join(tmpdir(), 'couplet-unix-'));
after(() => rmSync(folder, { recursive: true }));

/** A path in a folder of its own, in which nothing else may be left. */
export let path = '';
export let ports: ListeningPort[] = [];
let children: Child[] = [];

beforeEach(() => {
  path = join(mkdtempSync(join(folder, 'x')), 'echo.sock');
  ports = [];
  children = [];
});
afterEach(async () => {
  for (const port of ports) await port.stopListening();
  for (const child of children) if (child.alive) child.signal('SIGKILL');
  mock.restoreAll();
  syncBuiltinESMExports();
});

/** Has a call of the file system do something else, for everybody who imports it, until the test ends. */
export function replaceCall<Name extends 'chmodSync' | 'linkSync' | 'mkdirSync' | 'openSync' | 'renameSync'>(
  name: Name,
  by: (...args: Parameters<(typeof fs)[Name]>) => unknown,
): void {
  mock.method(fs, name, by);
  syncBuiltinESMExports();
}

/** Has a call fail with that error of the system. */
export function failCall(name: Parameters<typeof replaceCall>[0], code: string, errno: number): void {
  replaceCall(name, () => {
    throw Object.assign(new Error(`${code}: ${name}`), { code, errno, syscall: name.replace('Sync', '') });
  });
}

/** A program that wants those paths. */
export function startRival(places: readonly string[]): Child {
  const child = new Child('unix-rivals', places);
  children.push(child);
  return child;
}

export class Echo extends Protocol {
  override dataReceived(data: Buffer): void {
    this.transport.write(data);
  }
}

export async function serve(place: string = path): Promise<ListeningPort> {
  const port = await reactor.listenUNIX(place, Factory.forProtocol(Echo), { mode: 0o600 });
  ports.push(port);
  return port;
}

/** Passes when whoever listens there answers. */
export async function converse(place: string = path): Promise<void> {
  await using connection = await open(`unix:${place}`);
  await connection.write('verse\r\n');
  for await (const line of connection.lines()) {
    assert.equal(String(line), 'verse');
    break;
  }
}

/** A socket file whose process has gone. */
export async function leaveStale(place: string): Promise<void> {
  const server = createServer().listen(`${place}~`);
  await once(server, 'listening');
  linkSync(`${place}~`, place);
  server.close();
  await once(server, 'close');
}

/** What tells whether a file was touched. */
export function stateOf(place: string): unknown[] {
  const { dev, ino, mode } = lstatSync(place);
  return [dev, ino, mode];
}

export function namesBeside(place: string = path): string[] {
  return readdirSync(dirname(place)).sort();
}

export async function expectRefusal(why: string, place: string = path): Promise<void> {
  await assert.rejects(serve(place), (error) => {
    assert.ok(error instanceof CannotListenError, String(error));
    assert.equal(error.message, `cannot listen on ${place}: ${why}`);
    return true;
  });
}
