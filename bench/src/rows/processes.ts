import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { quietPorts } from '../ports.ts';
import { type Metric, noisy, type Row, type Stage } from '../row.ts';
import { Visitor } from '../visitor.ts';

const bytes = 3003;
/** How many workers there are; in a short run not the last. */
const sizes = [1, 2, 4, 8];
const several = sizes.slice(1);
/** By then every worker has written how many it has served. */
const writtenMs = 60;
/** What `n` workers serve by what one does, each on a core of its own. */
const gain = 0.85;

/** What a fleet is measured to do in a slice. */
interface Done {
  /** CPU microseconds of all its processes for each connection. */
  readonly cpu: number;
  /** Connections in a second. */
  readonly rate: number;
  /** The largest share of the connections that one worker had, by a fair one. */
  readonly share: number;
}

/** How many each worker has served, by the name of the file that it writes. */
function servedIn(folder: string): Map<string, number> {
  return new Map(readdirSync(folder).map((name) => [name, Number(readFileSync(join(folder, name), 'utf8'))]));
}

/** Starts coupletd with so many workers, which take connections from one queue or from one each. What is resolved to visits it. */
async function fleet(stage: Stage, accept: 'shared' | 'spread', workers: number): Promise<() => Promise<Done>> {
  const folder = mkdtempSync(join(tmpdir(), 'couplet-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const visitor = await Visitor.start(stage, {
    start: () => stage.spread('processes', String(workers), accept, String(bytes), folder),
    load: 'poems',
    options: { concurrency: 50, bytes },
    warmup: 30_000,
  });
  return async () => {
    const before = servedIn(folder);
    const { window, each } = await visitor.visit();
    await sleep(writtenMs);
    const own = [...servedIn(folder)].map(([worker, count]) => count - (before.get(worker) ?? 0));
    const all = own.reduce((sum, count) => sum + count, 0);
    return { cpu: each, rate: window.count / window.seconds, share: (Math.max(...own) / all) * workers };
  };
}

function columns(name: string, title: string, all: readonly number[]): Metric[] {
  return all.map((size) => ({ name: `${name}${size}`, title: `${title} ${size}`, digits: 2, compared: false }));
}

export const processes: Row = {
  name: 'processes',
  work: 'poems by coupletd with 1, 2, 4 and 8 workers (quick and short: up to 4) behind one queue, and with a queue each (own)',
  metrics: [
    { name: 'alone', title: 'CPU us, 1', digits: 1, compared: false },
    ...columns('cost', 'CPU x', several),
    ...columns('share', 'share', several),
    ...columns('spread', 'own', several),
    ...columns('gain', 'rate x', several),
  ],
  goals: [
    ...[2, 4].map((size) => ({ of: 'couplet', metric: `cost${size}`, atMost: 1.3 })),
    ...[2, 4].map((size) => ({ of: 'couplet', metric: `share${size}`, atMost: 1.3 })),
    ...several.map((size) => ({ of: 'couplet', metric: `spread${size}`, atMost: 1.1 })),
    ...several.map((size) => ({ of: 'couplet', metric: `gain${size}`, atLeast: gain * size })),
  ],
  rounds: noisy,
  programs: ['processes'],
  long: true,
  async begin(stage) {
    if (!stage.quick) await quietPorts(6);
    const wanted = stage.quick ? sizes.slice(0, -1) : sizes;
    const tight = wanted.filter((size) => size > Math.max(1, stage.servers));
    if (tight.length > 0)
      console.log(`skipped: the rate of ${tight.join(', ')} workers: it needs a core for each and one for the load`);
    const one = await fleet(stage, 'shared', 1);
    const fleets: {
      readonly size: number;
      readonly shared: () => Promise<Done>;
      readonly spread: () => Promise<Done>;
    }[] = [];
    for (const size of wanted.slice(1))
      fleets.push({ size, shared: await fleet(stage, 'shared', size), spread: await fleet(stage, 'spread', size) });
    return async () => {
      const alone = await one();
      const figures: Record<string, number> = { alone: alone.cpu };
      for (const { size, shared, spread } of fleets) {
        const done = await shared();
        figures[`cost${size}`] = done.cpu / alone.cpu;
        figures[`share${size}`] = done.share;
        figures[`spread${size}`] = (await spread()).share;
        if (!tight.includes(size)) figures[`gain${size}`] = done.rate / alone.rate;
      }
      return { figures };
    };
  },
};
