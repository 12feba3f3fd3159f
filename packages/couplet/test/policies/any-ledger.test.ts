import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { WhenAway } from 'couplet/policies';
import fc from 'fast-check';
import { Book, open, type Question, settled } from './book.ts';
import type { Visit } from './visit.ts';

describe('any ledger', () => {
  test('R42 for any answers at any time, every grant is released once and both counts end at 0', async () => {
    const answers = ['granted', 'refused', 'unknown', 'throws', 'nonsense'] as const;
    const step = fc.oneof(
      fc.record({ kind: fc.constant('come' as const), atOnce: fc.option(fc.constantFrom(...answers)) }),
      fc.record({ kind: fc.constant('answer' as const), at: fc.nat(20), with: fc.constantFrom(...answers) }),
      fc.record({ kind: fc.constant('go' as const), at: fc.nat(20) }),
      fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(1500) }),
    );
    const ways = fc.constantFrom<WhenAway[]>('local', 'allow', 'refuse');
    const run = async (
      whenAway: WhenAway,
      steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[],
    ) => {
      let grants = 0;
      const book = new Book();
      const { house, open: count, recorders } = open(book, { whenAway }, 3);
      const visits: Visit[] = [];
      const answered = new Set<Question>();
      const give = async (question: Question | undefined, answer: (typeof answers)[number]): Promise<void> => {
        if (question === undefined || answered.has(question)) return;
        answered.add(question);
        if (answer === 'granted') grants += 1;
        await (answer === 'throws' ? question.fail(new Error(answer)) : question.answer(answer));
      };
      for (const step of steps) {
        if (step.kind === 'come') {
          const { atOnce } = step;
          book.atOnce =
            atOnce === null
              ? undefined
              : () => {
                  answered.add(book.last());
                  if (atOnce === 'throws') throw new Error(atOnce);
                  if (atOnce === 'granted') grants += 1;
                  return JSON.parse(`"${atOnce}"`);
                };
          visits.push(house.accept());
        } else if (step.kind === 'answer') await give(book.questions[step.at], step.with);
        else if (step.kind === 'go') visits[step.at]?.cut();
        else {
          house.pass(step.ms);
          await settled();
        }
        const seated = recorders.made.filter(({ reason }) => reason === undefined).length;
        assert.ok(Number(count()) >= seated, `${count()} counted, ${seated} there`);
        if (whenAway !== 'allow') assert.ok(Number(count()) <= 3, `${count()} of 3`);
      }
      for (const visit of visits) visit.cut();
      for (const question of book.questions) await give(question, 'granted');
      assert.deepEqual([book.released.length, count(), house.backend.alarmAt], [grants, 0, undefined]);
    };
    await fc.assert(fc.asyncProperty(ways, fc.array(step, { maxLength: 30, size: 'max' }), run), { numRuns: 200 });
  });
});
