// Draws docs/poetry.svg from a real run: three slow servers, downloaded one after the other and all at once.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const POEMS = [
  { file: 'poetry/ecstasy.txt', bytes: 30 },
  { file: 'poetry/fascination.txt', bytes: 10 },
  { file: 'poetry/science.txt', bytes: 10 },
];
const COLOURS = ['#4c78a8', '#f58518', '#54a24b'];

const servers = await Promise.all(POEMS.map(serve));
const ports = servers.map(({ port }) => port);
const runs = [
  { title: 'get-poetry --blocking', ...(await record(['--blocking', ...ports])) },
  { title: 'get-poetry', ...(await record(ports)) },
];
for (const { process } of servers) process.kill('SIGTERM');
writeFileSync('docs/poetry.svg', draw(runs));

async function serve({ file, bytes }) {
  const flags = ['packages/poetry/bin/slowpoetry.js', '--num-bytes', String(bytes), file];
  const server = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: server.stdout }), 'line');
  server.stdout.resume();
  return { process: server, port: /port (\d+)/.exec(line)[1] };
}

/** Runs a download and notes when each task's first and last bytes came, in seconds. */
async function record(words) {
  const child = spawn(process.execPath, ['packages/poetry/bin/get-poetry.js', ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const begin = performance.now();
  const tasks = POEMS.map(() => ({ from: 0, to: 0 }));
  let total = '';
  for await (const line of createInterface({ input: child.stdout })) {
    const now = (performance.now() - begin) / 1000;
    const [, number, what] = /^Task (\d): (get|got)/.exec(line) ?? [];
    if (what === 'get') tasks[number - 1].from = now;
    if (what === 'got') tasks[number - 1].to = now;
    total = /in (.*)$/.exec(line)?.[1] ?? total;
  }
  return { tasks, total };
}

function draw(all) {
  const end = Math.max(...all.flatMap(({ tasks }) => tasks.map(({ to }) => to)));
  const width = 640;
  const x = (seconds) => 110 + (seconds / end) * (width - 230);
  const rows = all.flatMap(({ title, tasks, total }, run) => {
    const top = 20 + run * 112;
    const last = Math.max(...tasks.map(({ to }) => to));
    return [
      `<text x="12" y="${top + 8}" class="title">${title}</text>`,
      ...tasks.map(({ from, to }, at) => bar(x(from), x(to), top + 20 + at * 24, at, from, to - from)),
      `<text x="${(x(last) + 8).toFixed(1)}" y="${top + 60}" class="total">${total}</text>`,
    ];
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} 236" role="img">
<title>Three slow poetry servers: ${all.map(({ title, total }) => `${title} takes ${total}`).join(', ')}</title>
<style>text { font: 13px ui-monospace, Menlo, Consolas, monospace; fill: #57606a } .title, .total { font-weight: 600 }
@media (prefers-color-scheme: dark) { text { fill: #adbac7 } }</style>
${rows.join('\n')}
</svg>
`;

  function bar(from, to, y, at, begin, seconds) {
    const [left, wide] = [from.toFixed(1), (to - from).toFixed(1)];
    const grow =
      `<animate attributeName="width" values="0;0;${wide};${wide}" calcMode="linear" dur="${(end + 3).toFixed(2)}s" ` +
      `keyTimes="0;${(begin / (end + 3)).toFixed(4)};${((begin + seconds) / (end + 3)).toFixed(4)};1" repeatCount="indefinite"/>`;
    return `<text x="12" y="${y + 13}">Task ${at + 1}</text>
<rect x="${left}" y="${y}" width="${wide}" height="16" rx="3" fill="${COLOURS[at]}">${grow}</rect>`;
  }
}
