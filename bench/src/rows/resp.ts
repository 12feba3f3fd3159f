import { type Goal, microsecondsEach, type Row } from '../row.ts';

const depth = 50;
const size = 32;
const options = { connections: 50, size, depth };

function ofRaw(of: string, atMost: number): Goal {
  return { of, metric: 'cpu', peer: 'node', atMost };
}

/** A header line and a counted body, again and again. */
export const resp: Row = {
  name: 'resp',
  work: `RESP commands, SET and GET of ${size} bytes in turn, 50 connections, ${depth} in flight`,
  metrics: [
    { name: 'rate', title: 'commands/s', digits: 0, compared: false },
    { name: 'cpu', title: 'CPU us/command', digits: 3, compared: true },
  ],
  goals: [
    ofRaw('couplet', 1),
    ofRaw('couplet-text', 1),
    ofRaw('couplet-decoder', 1.1),
    ofRaw('couplet-generator', 2),
    ofRaw('couplet-parser', 1),
  ],
  rounds: { quick: 2, full: 7 },
  programs: ['resp'],
  async measure(stage) {
    const server = await stage.start('resp');
    const window = await stage.load('resp', server, {
      ...options,
      warmupMs: stage.quick ? 300 : 500,
      measureMs: stage.quick ? 300 : 1000,
    });
    return { figures: { rate: window.count / window.seconds, cpu: microsecondsEach(window) }, busy: window };
  },
  visits: { start: (stage) => stage.start('resp'), load: 'resp', options },
};
