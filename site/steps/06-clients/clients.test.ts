import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from 'couplet';
import { simulate } from 'couplet/sim';
import { verifyFraming } from 'couplet/testing';
import { Peer } from './peer.ts';
import { race } from './race.ts';

test('two peers of one class hear each other, whoever called', async () => {
  await simulate({ seeds: 20, profile: 'calm' }, async (world) => {
    const heard: string[] = [];
    const peer = (line: string) => new Peer(line, (other) => heard.push(`${line} hears ${other}`));
    await world.host('one').run(async (reactor) => void (await reactor.listenTCP(8007, () => peer('moon'))));
    await connect('tcp:one:8007', peer('spring'), { reactor: world.host('other').reactor });
    await world.until(() => heard.length === 2);
    assert.deepEqual(heard.sort(), ['moon hears spring', 'spring hears moon']);
  });
});

test('a line may come in pieces', () => {
  verifyFraming(() => new Peer('moon', () => {}), '6:spring,', { callbacks: ['stringReceived'] });
});

test('an attempt begins 250 ms after the last one, or as soon as that has failed; the first success cancels the rest', async () => {
  const attempts = (await race()).map(({ from, to, how }) => [Math.round(from), to && Math.round(to), how]);
  assert.deepEqual(attempts, [
    [0, undefined, undefined],
    [250, undefined, undefined],
    [500, 540, 'refused'],
    [540, 580, 'refused'],
    [580, 620, 'connected'],
  ]);
});
