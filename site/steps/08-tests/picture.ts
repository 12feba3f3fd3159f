// Draws the table that naive.ts prints: a row for each cut, a cell for each byte.
// Try it: node picture.ts cuts.svg

import { writeFileSync } from 'node:fs';
import { ANSWER, cutAt, STREAM } from './naive.ts';

const [WIDTH, HEIGHT] = [34, 26];
const shown = (text: string) => text.replaceAll('\r', '\\r').replaceAll('\n', '\\n');

const rows = Array.from({ length: STREAM.length - 1 }, (_, index) => {
  const { chunks, answer } = cutAt(index + 1);
  const top = index * HEIGHT;
  const cells = [...STREAM].map((byte, at) => {
    const second = at >= chunks[0].length;
    const left = at * WIDTH + (second ? 10 : 0);
    return `<rect class="${second ? 'b' : 'a'}" x="${left}" y="${top}" width="${WIDTH - 2}" height="${HEIGHT - 4}" rx="3"/>
<text x="${left + WIDTH / 2 - 1}" y="${top + 16}" text-anchor="middle">${shown(byte)}</text>`;
  });
  const right = answer === ANSWER;
  const result = `${right ? '✓' : '✗'} ${answer.trim().split('\r\n').join(', ')}`;
  return `${cells.join('\n')}
<text class="${right ? 'right' : 'wrong'}" x="${STREAM.length * WIDTH + 30}" y="${top + 16}">${result}</text>`;
});

const [, , file = 'cuts.svg'] = process.argv;
writeFileSync(
  file,
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-4 -4 490 ${rows.length * HEIGHT + 8}" width="490" role="img">
<title>${JSON.stringify(STREAM).replaceAll('"', '')}</title>
<style>
text { font: 13px ui-monospace, monospace; fill: #1d2b2b }
.a { fill: #9fc5e8 } .b { fill: #f3c99b } .right { fill: #2f6b3a } .wrong { fill: #b3202c; font-weight: bold }
@media (prefers-color-scheme: dark) { .right { fill: #7fd08f } .wrong { fill: #ff8c94 } }
</style>
${rows.join('\n')}
</svg>
`,
);
