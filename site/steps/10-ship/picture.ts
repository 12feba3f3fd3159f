// Draws the restart of restart.ts: a row for each client.
// Try it: node picture.ts restart.svg

import { writeFileSync } from 'node:fs';
import { simulate } from 'couplet/sim';
import { type Lane, timelineSVG } from 'couplet-inspector/timeline';
import { Answers } from './answers.ts';
import { LEAVES_MS, restart } from './restart.ts';

const [, , file = 'restart.svg'] = process.argv;
const chinese = file.includes('zh');
const words = chinese
  ? { title: '旧进程在 1.5 秒离开，新进程在 1.7 秒到来', old: '旧进程', fresh: '新进程' }
  : { title: 'the old process leaves at 1.5 s, the new one comes at 1.7 s', old: 'old', fresh: 'new' };

let lanes: Lane[] = [];
let endMs = 0;
await simulate({ seeds: [1], profile: 'calm', twice: 0 }, async (world) => {
  const { stories } = await restart(world, Answers);
  lanes = stories.map(({ from, connected, asked, answered }, index) => {
    const at = answered.at(-1) ?? connected;
    endMs = Math.max(endMs, at);
    return {
      number: index + 1,
      name: '',
      place: connected < LEAVES_MS ? words.old : words.fresh,
      spans: [
        { kind: 'connecting', from, to: connected },
        { kind: 'waiting', from: connected, to: at },
      ],
      chunks: [
        ...asked.map((time) => ({ at: time, bytes: 8, direction: 'out' as const })),
        ...answered.map((time) => ({ at: time, bytes: 11, direction: 'in' as const })),
      ].sort((one, other) => one.at - other.at),
      end: { at },
    };
  });
});
const run = { name: words.title, endMs, busyMs: 0, lanes, callbacks: [] };
writeFileSync(file, timelineSVG({ runs: [run] }, { language: chinese ? 'zh' : 'en' }));
