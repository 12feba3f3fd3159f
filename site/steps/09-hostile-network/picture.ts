// Draws a breakfast of two guests, one with a bound on silence, in which the kitchen loses its power for a second.
// Try it: node picture.ts breakfast.svg

import { writeFileSync } from 'node:fs';
import { type ClientFactory, Factory } from 'couplet';
import { timeoutIdle } from 'couplet/policies';
import { simulate } from 'couplet/sim';
import { type Lane, type RecordedChunk, timelineSVG } from 'couplet-inspector/timeline';
import { Breakfast, Kitchen } from './eggs.ts';

const END_MS = 450_000;
const [, , file = 'breakfast.svg'] = process.argv;
const chinese = file.includes('zh');
const words = chinese
  ? { title: '厨房在 60 秒时断电一秒', any: '不限沉默', bound: '限 240 秒', end: '还在等', cut: '沉默太久' }
  : {
      title: 'the kitchen has no power at 60 s',
      any: 'no bound',
      bound: '240 s at most',
      end: 'still waits',
      cut: 'silent too long',
    };

const lanes: Lane[] = [];

await simulate({ seeds: [1], profile: 'calm', twice: 0 }, async (world) => {
  world.setConditions({ latencyMs: 100 });
  await world.host('kitchen').run(async (reactor) => {
    await reactor.listenTCP(8017, Factory.forProtocol(Kitchen));
  });

  /** Has a guest breakfast, and makes a lane of each of its connections. */
  const seat = (name: string, place: string, factory: ClientFactory) => {
    const { reactor } = world.host(name);
    const chunks = new Map<number, RecordedChunk[]>();
    reactor.observe({
      chunk: ({ connection, direction, bytes, at }) => {
        chunks.set(connection, [...(chunks.get(connection) ?? []), { direction, bytes, at }]);
      },
      connectionLost: (_transport, reason, { id, since, durationMs }) => {
        const at = since + durationMs;
        const failure = at >= END_MS ? words.end : words.cut;
        lanes.push({
          number: lanes.length + 1,
          name: '',
          place,
          spans: [{ kind: 'waiting', from: since, to: at }],
          chunks: chunks.get(id) ?? [],
          end: reason.name === 'ConnectionDone' && at < END_MS ? { at } : { at, failure },
        });
      },
    });
    reactor.connectTCP('kitchen', 8017, factory);
  };
  seat('bound', words.bound, timeoutIdle(new Breakfast(), { idleTimeoutMs: 240_000 }));
  seat('any', words.any, new Breakfast());

  await world.sleep(60_000);
  world.host('kitchen').losePower();
  await world.sleep(1000);
  world.host('kitchen').restart();
  await world.sleep(END_MS - 61_000);
});

const run = { name: words.title, endMs: END_MS, busyMs: 0, lanes, callbacks: [] };
writeFileSync(file, timelineSVG({ runs: [run] }, { language: chinese ? 'zh' : 'en' }));
