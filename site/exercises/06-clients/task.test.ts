import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Factory } from 'couplet';
import { TextLineReceiver } from 'couplet/protocols';
import { simulate } from 'couplet/sim';

const { COUPLET_SOLUTION } = process.env;
const { askAll }: typeof import('./solution.ts') = await import(COUPLET_SOLUTION ? './solution.ts' : './task.ts');

const QUESTIONS = ['spring', 'river', 'moon', 'flower', 'night'];

/** Answers each line with the same letters in capitals, after half a second. */
class Slow extends TextLineReceiver {
  override async lineReceived(line: string) {
    await this.transport.clock.sleep(500);
    this.sendLine(line.toUpperCase());
  }
}

for (const [profile, what] of [
  ['calm', 'on a network where nothing goes wrong'],
  ['rough', 'though connections are cut'],
  ['storm', 'though the server crashes, and though it loses its power without a word'],
] as const)
  test(`every question has one answer, ${what}`, async () => {
    await simulate({ seeds: profile === 'calm' ? 5 : 50, profile }, async (world) => {
      await world.host('server').run(async (reactor) => {
        await reactor.listenTCP(8007, Factory.forProtocol(Slow));
      });
      const answers = await askAll(world.host('client').reactor, 'tcp:server:8007', QUESTIONS);
      assert.deepEqual(
        answers,
        QUESTIONS.map((question) => question.toUpperCase()),
      );
    });
  });
