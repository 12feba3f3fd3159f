import { identity, openssl } from '../identity.ts';
import { noisy, type Row } from '../row.ts';
import { sliced } from '../visitor.ts';

/** The load sends lines always, also to servers that do not look. */
function echoed(name: string, program: string, size: number, depth: number): Row {
  return {
    name,
    work: `lines of ${size} bytes through TLS, 50 connections, ${depth === 1 ? 'one' : depth} in flight`,
    metrics: [
      { name: 'rate', title: 'messages/s', digits: 0, compared: true },
      { name: 'cpu', title: 'CPU us/message', digits: 3, compared: true },
    ],
    goals:
      depth === 16
        ? []
        : [
            { of: 'couplet', metric: 'cpu', peer: 'node', atMost: 1.03 },
            // Where framing is the work, the other does less of it.
            ...(depth === 1 ? [{ of: 'couplet-bun', metric: 'cpu', peer: 'bun', atMost: 1.1 }] : []),
          ],
    rounds: noisy,
    programs: [program],
    library: openssl,
    begin: sliced({
      start: async (stage) => stage.start(program, ...(await identity())),
      load: 'tls-echo',
      options: { connections: 50, size, depth },
    }),
  };
}

/** Whatever arrives goes back. */
export const tlsEcho: Row = echoed('tls-echo', 'tls-echo', 64, 1);

/** Line by line. */
export const tlsLines: readonly Row[] = [16, 100].map((depth) => echoed(`tls-lines-${depth}`, 'tls-lines', 32, depth));
