import { type Goal, noisy, type Row } from '../row.ts';
import { sliced } from '../visitor.ts';

const depth = 50;
const size = 32;

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
  rounds: noisy,
  programs: ['resp'],
  begin: sliced({
    start: (stage) => stage.start('resp'),
    load: 'resp',
    options: { connections: 50, size, depth },
  }),
};
