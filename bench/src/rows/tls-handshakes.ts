import { identity, openssl } from '../identity.ts';
import { noisy, type Row } from '../row.ts';
import { sliced } from '../visitor.ts';

const bytes = 64;

export const tlsHandshakes: Row = {
  name: 'tls-handshakes',
  work: `connect, a full TLS 1.3 handshake (ECDSA P-256), an answer of ${bytes} bytes, close; 50 at a time`,
  metrics: [
    { name: 'rate', title: 'handshakes/s', digits: 0, compared: true },
    { name: 'cpu', title: 'CPU us/handshake', digits: 1, compared: true },
  ],
  goals: [
    { of: 'couplet', metric: 'cpu', peer: 'node', atMost: 1.03 },
    { of: 'couplet-bun', metric: 'cpu', peer: 'bun', atMost: 1.1 },
  ],
  rounds: noisy,
  programs: ['tls-handshakes'],
  library: openssl,
  begin: sliced({
    start: async (stage) => stage.start('tls-handshakes', String(bytes), ...(await identity())),
    load: 'tls-handshakes',
    options: { concurrency: 50, bytes },
    warmup: 30_000,
  }),
};
