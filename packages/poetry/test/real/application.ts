import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { poemFolder } from '../../src/protocols/poem.ts';
import type { Program } from './program.ts';
import { run, start } from './program.ts';

/** The poems of the slow servers, and how many bytes each sends at a time. */
export const SLOW = [
  ['ecstasy', 30],
  ['fascination', 10],
  ['science', 10],
] as const;
/** All poems that are served. */
export const NAMES = [...SLOW.map(([name]) => name), 'jiangjinjiu'];

/** How the application is deployed, and the words for that. */
export const DEPLOYMENTS: Readonly<Record<string, readonly string[]>> = {
  'in one process': ['--workers', '0'],
  'in a worker': [],
  'in two workers': ['--workers', '2'],
  'with a worker for each service': ['--topology', 'apart'],
  'with two workers for each service': ['--topology', 'apart', '--workers', '2'],
};
/** Options of the application with which a poem takes no time. */
export const QUICK: readonly string[] = ['--delay', '0.001', '--num-bytes', '100'];
/** Options with which a daemon has no socket, and logs nothing. */
export const QUIET: readonly string[] = ['--control', 'none', '--log-level', 'error'];

/** The words of `npm start` behind `coupletd`. */
export function startWords(): readonly string[] {
  const manifest: { readonly scripts: { readonly start: string } } = JSON.parse(
    readFileSync(join(dirname(poemFolder()), 'package.json'), 'utf8'),
  );
  const [program, ...words] = manifest.scripts.start.split(' ');
  assert.equal(program, 'coupletd');
  return words;
}

/** Starts the application, and waits until all servers have said where they listen: their ports, in their order. */
export async function serveAll(
  t: TestContext,
  ...words: readonly string[]
): Promise<{ service: Program; ports: number[] }> {
  const service = start(t, 'coupletd', ...words);
  const lines = [
    ...NAMES.map((name) => `Serving ${name}\\.txt .*`),
    'Serving the poem of .*',
    'Serving transformed .*',
  ];
  const ports: number[] = [];
  for (const line of lines) {
    const [, port] = await service.printed(new RegExp(`^${line} on 127\\.0\\.0\\.1:(\\d+)[.:]`, 'm'));
    ports.push(Number(port));
  }
  return { service, ports };
}

/** The bytes of a poem. */
export function poemOf(name: string): Promise<Buffer> {
  return readFile(join(poemFolder(), `${name}.txt`));
}

/** Downloads each poem, the proxied one twice, and has one transformed. */
export async function downloaded(ports: readonly number[]): Promise<void> {
  const [first, second, third, fast, proxy, transform] = ports;
  const { status, stdout } = await run(
    'get-poetry',
    '--print',
    ...[first, second, third, fast, proxy, proxy].map(String),
  );
  assert.equal(status, 0);
  for (const name of NAMES) assert.ok(stdout.includes(`${await poemOf(name)}`), name);
  assert.match(stdout, /^Got 6 poems in /m);
  assert.ok(transform !== undefined);
}
