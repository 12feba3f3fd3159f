import { identity, openssl } from '../identity.ts';
import { forgetPeak, peakMemory, residentMemory } from '../memory.ts';
import { type Goal, microsecondsEach, noisy, type Row, type Server, type Stage } from '../row.ts';
import { sliced } from '../visitor.ts';

const mebibyte = 1024 * 1024;
/** Mebibytes per second that the slow reader takes. */
const pace = 64;

/** The load program and the servers' programs have the name of the row. */
function start(program: string, overTls: boolean, mebibytes: number): (stage: Stage) => Promise<Server> {
  return async (stage) => {
    return stage.start(program, String(mebibytes * mebibyte), ...(overTls ? await identity() : []));
  };
}

/** A slice is a whole transfer, however long that takes; in a quick run it has this number of mebibytes. */
function fast(name: string, overTls: boolean, short: number, goals: readonly Goal[]): Row {
  return {
    name,
    work: `1 GiB (quick and short: ${short} MiB) on one connection in chunks of 64 KiB${overTls ? ' through TLS' : ''}`,
    metrics: [
      { name: 'rate', title: 'MiB/s', digits: 0, compared: true },
      { name: 'cpu', title: 'CPU us/MiB', digits: 1, compared: true },
    ],
    goals,
    rounds: noisy,
    programs: [name],
    ...(overTls && { library: openssl }),
    begin(stage) {
      const mebibytes = stage.quick ? short : 1024;
      return sliced({ start: start(name, overTls, mebibytes), load: name, options: { mebibytes } })(stage);
    },
  };
}

/** Also tells by how much resident memory rose above what a server without a connection has. */
function slow(name: string, program: string, overTls: boolean): Row {
  return {
    name,
    work: `the same for a reader that takes ${pace} MiB/s, for 3 s (quick and short: 1 s)`,
    metrics: [
      { name: 'cpu', title: 'CPU us/MiB', digits: 1, compared: true },
      { name: 'grown', title: 'grown KiB', digits: 0, compared: false },
    ],
    goals: ['couplet', 'couplet-bun'].map((of) => ({ of, metric: 'grown', atMost: 16_384, steady: true })),
    rounds: { quick: 1, full: 5 },
    programs: [program],
    narrow: true,
    ...(overTls && { library: openssl }),
    begin: async (stage) => () =>
      stage.apart(async (own) => {
        const server = await start(program, overTls, 1024)(own);
        forgetPeak(server.pid);
        const before = residentMemory(server.pid);
        const window = await own.load(program, server, {
          mebibytesPerSecond: pace,
          measureMs: own.quick ? 1000 : 3000,
        });
        return { figures: { cpu: microsecondsEach(window), grown: peakMemory(server.pid) - before } };
      }),
  };
}

export const bulk: readonly Row[] = [
  fast('bulk', false, 128, [
    { of: 'couplet', metric: 'rate', peer: 'node', atLeast: 0.95 },
    { of: 'couplet-bun', metric: 'cpu', peer: 'bun', atMost: 1.1 },
  ]),
  slow('bulk-slow', 'bulk', false),
];

export const tlsBulk: readonly Row[] = [
  fast('tls-bulk', true, 64, [
    { of: 'couplet', metric: 'cpu', peer: 'node', atMost: 1.03 },
    { of: 'couplet-bun', metric: 'cpu', peer: 'bun', atMost: 1.1 },
  ]),
  slow('tls-bulk-slow', 'tls-bulk', true),
];
