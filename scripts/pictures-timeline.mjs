// Draws docs/poetry.svg, the same in motion, and both in Chinese, from one real run: get-poetry --compare of the slow servers of `npm start`.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { createInterface } from 'node:readline';

const POEMS = [
  { file: 'poetry/ecstasy.txt', bytes: 30, port: 10_000 },
  { file: 'poetry/fascination.txt', bytes: 10, port: 10_001 },
  { file: 'poetry/science.txt', bytes: 10, port: 10_002 },
];
const FILES = ['', '.moving', '.zh-CN', '.moving.zh-CN'].map((kind) => `docs/poetry${kind}.svg`);

/** Takes half a minute. */
export async function drawTimelines() {
  const servers = await Promise.all(POEMS.map(serve));
  const words = ['--compare', ...FILES.flatMap((file) => ['--timeline', file]), ...POEMS.map(({ port }) => `${port}`)];
  const { status } = spawnSync(process.execPath, ['packages/poetry/bin/get-poetry.js', ...words], { stdio: 'inherit' });
  for (const server of servers) server.kill('SIGTERM');
  if (status !== 0) throw new Error(`get-poetry ended with status ${status}`);
}

async function serve({ file, bytes, port }) {
  // A client from elsewhere must not make this one wait.
  const words = ['--port', `${port}`, '--num-bytes', `${bytes}`, '--concurrency', '0', file];
  const server = spawn(process.execPath, ['packages/poetry/bin/slowpoetry.js', ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: server.stdout });
  const [line] = await Promise.race([once(lines, 'line'), once(lines, 'close')]);
  if (line === undefined) throw new Error(`no server on port ${port}`);
  return server;
}
