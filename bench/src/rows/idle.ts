import { privateMemory } from '../memory.ts';
import type { Row, Server } from '../row.ts';

/** Connections that are open at the first reading, so that what a server loads once is not counted. */
const first = 500;

/** Private memory after all garbage has been collected, in bytes. */
async function collected(server: Server): Promise<number> {
  server.program.signal('SIGUSR2');
  await server.program.line();
  return privateMemory(server.pid) * 1024;
}

export const idle: Row = {
  name: 'idle',
  work: '10,000 (quick and short: 5,000) idle connections, each after one message; private memory of each',
  metrics: [{ name: 'memory', title: 'bytes/connection', digits: 0, compared: true }],
  goals: [
    { of: 'couplet', metric: 'memory', atMost: 2800, steady: true },
    { of: 'couplet-native', metric: 'memory', atMost: 1024, steady: true },
    { of: 'couplet-bun', metric: 'memory', atMost: 1500, steady: true },
    { of: 'couplet-bun', metric: 'memory', peer: 'couplet-bun-node', atMost: 0.6, steady: true },
  ],
  rounds: { quick: 1, full: 5 },
  programs: ['idle'],
  begin: async (stage) => () =>
    stage.apart(async (own) => {
      const more = own.quick ? 5000 : 10_000;
      const server = await own.start('idle');
      const load = own.hold('idle', server);
      const open = async (connections: number): Promise<number> => {
        load.tell(String(connections));
        await load.line();
        return collected(server);
      };
      const before = await open(first);
      const after = await open(first + more);
      return { figures: { memory: (after - before) / more } };
    }),
};
