import { identity, openssl } from '../identity.ts';
import { forgetPeak, peakMemory, residentMemory } from '../memory.ts';
import type { Goal, Row, Window } from '../row.ts';

const mebibyte = 1024 * 1024;

/** CPU microseconds for each mebibyte that the reader took. */
function perMebibyte(window: Window): number {
  return (window.cpu / (window.count / mebibyte)) * 1e6;
}

/** The load program and the servers' programs have the name of the row. */
function streamed(name: string, overTls: boolean, goal: Goal): Row {
  return {
    name,
    work: `1 GiB (quick: 256 MiB) on one connection in chunks of 64 KiB${overTls ? ' through TLS' : ''}: a fast reader, then one that takes 64 MiB/s`,
    metrics: [
      { name: 'rate', title: 'MiB/s', digits: 0, compared: true },
      { name: 'cpu', title: 'CPU us/MiB', digits: 1, compared: true },
      { name: 'grown', title: 'grown KiB, fast', digits: 0, compared: false },
      { name: 'slowCpu', title: 'CPU us/MiB, slow', digits: 1, compared: false },
      { name: 'slowGrown', title: 'grown KiB, slow', digits: 0, compared: false },
    ],
    goals: [goal],
    rounds: { quick: 3, full: 7 },
    programs: [name],
    ...(overTls && { library: openssl }),
    async measure(stage) {
      const bytes = (stage.quick ? 256 : 1024) * mebibyte;
      const pace = 64 * mebibyte;

      /** Also tells by how much resident memory rose above what a server without a connection has. */
      const read = async (options: Record<string, number>): Promise<{ window: Window; grown: number }> => {
        const server = await stage.start(name, String(bytes), ...(overTls ? await identity() : []));
        forgetPeak(server.pid);
        const before = residentMemory(server.pid);
        const window = await stage.load(name, server, { bytes, ...options });
        return { window, grown: peakMemory(server.pid) - before };
      };

      const fast = await read({ bytesPerSecond: 0 });
      const slow = await read({ bytesPerSecond: pace, measureMs: stage.quick ? 1000 : 3000 });
      return {
        figures: {
          rate: fast.window.count / mebibyte / fast.window.seconds,
          cpu: perMebibyte(fast.window),
          grown: fast.grown,
          slowCpu: perMebibyte(slow.window),
          slowGrown: slow.grown,
        },
        busy: fast.window,
      };
    },
  };
}

export const bulk: Row = streamed('bulk', false, { of: 'couplet', metric: 'rate', peer: 'node', atLeast: 0.9 });

export const tlsBulk: Row = streamed('tls-bulk', true, { of: 'couplet', metric: 'rate', peer: 'node', atLeast: 1 });
