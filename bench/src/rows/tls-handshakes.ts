import { identity, openssl } from '../identity.ts';
import { microsecondsEach, type Row } from '../row.ts';

const bytes = 64;

export const tlsHandshakes: Row = {
  name: 'tls-handshakes',
  work: `connect, a full TLS 1.3 handshake (ECDSA P-256), an answer of ${bytes} bytes, close; 50 at a time`,
  metrics: [
    { name: 'rate', title: 'handshakes/s', digits: 0, compared: true },
    { name: 'cpu', title: 'CPU us/handshake', digits: 1, compared: true },
  ],
  goals: [{ of: 'couplet', metric: 'cpu', peer: 'node', atMost: 1 }],
  rounds: { quick: 2, full: 7 },
  programs: ['tls-handshakes'],
  library: openssl,
  async measure(stage) {
    const server = await stage.start('tls-handshakes', String(bytes), ...(await identity()));
    const window = await stage.load('tls-handshakes', server, {
      concurrency: 50,
      bytes,
      warmup: stage.quick ? 3000 : 6000,
      count: stage.quick ? 1000 : 6000,
    });
    return { figures: { rate: window.count / window.seconds, cpu: microsecondsEach(window) }, busy: window };
  },
};
