import { identity, openssl } from '../identity.ts';
import { type Goal, microsecondsEach, type Row, type Server, type Stage } from '../row.ts';

/** The load sends lines always, also to servers that do not look. */
function echoed(name: string, program: string, size: number, depth: number, goals: readonly Goal[]): Row {
  const options = { connections: 50, size, depth };
  const start = async (stage: Stage): Promise<Server> => stage.start(program, ...(await identity()));
  return {
    name,
    work: `lines of ${size} bytes through TLS, 50 connections, ${depth === 1 ? 'one' : depth} in flight`,
    metrics: [
      { name: 'rate', title: 'messages/s', digits: 0, compared: true },
      { name: 'cpu', title: 'CPU us/message', digits: 3, compared: true },
    ],
    goals,
    rounds: { quick: 2, full: 7 },
    programs: [program],
    library: openssl,
    async measure(stage) {
      const server = await start(stage);
      const window = await stage.load('tls-echo', server, {
        ...options,
        warmupMs: stage.quick ? 300 : 500,
        measureMs: stage.quick ? 300 : 1000,
      });
      return { figures: { rate: window.count / window.seconds, cpu: microsecondsEach(window) }, busy: window };
    },
    visits: { start, load: 'tls-echo', options },
  };
}

/** Whatever arrives goes back. */
export const tlsEcho: Row = echoed('tls-echo', 'tls-echo', 64, 1, [
  { of: 'couplet', metric: 'cpu', peer: 'node', atMost: 1 },
]);

/** Line by line. */
export const tlsLines: readonly Row[] = [16, 100].map((depth) =>
  echoed(`tls-lines-${depth}`, 'tls-lines', 32, depth, []),
);
