// Draws the attempts of race.ts, one row each.
// Try it: node picture.ts ladder.svg

import { writeFileSync } from 'node:fs';
import { type Recording, timelineSVG } from 'couplet-inspector/timeline';
import { race } from './race.ts';

const [, , file = 'ladder.svg'] = process.argv;
const chinese = file.includes('zh');
const failures = chinese
  ? { refused: '被拒绝', cancelled: '没有回答，取消' }
  : { refused: 'refused', cancelled: 'no answer' };
const attempts = await race();
const endMs = Math.max(...attempts.map(({ to = 0 }) => to));
const recording: Recording = {
  runs: [
    {
      name: 'connectTCP("poems.example", 8007)',
      endMs,
      busyMs: 0,
      lanes: attempts.map(({ address, from, to, how }, index) => ({
        number: index + 1,
        name: '',
        place: address,
        spans: [{ kind: 'connecting', from, to: to ?? endMs }],
        chunks: [],
        end: how === 'connected' ? { at: endMs } : { at: to ?? endMs, failure: failures[how ?? 'cancelled'] },
      })),
      callbacks: [],
    },
  ],
};
writeFileSync(file, timelineSVG(recording, { language: chinese ? 'zh' : 'en' }));
