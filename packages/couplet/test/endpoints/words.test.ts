import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Protocol, Reactor } from 'couplet';
import { clientFromString, ProcessEndpoint, quoteStringArgument } from 'couplet/endpoints';
import type { ProcessPlace } from 'couplet/testing';
import { wordsOf } from '../../src/endpoints/words.ts';
import { FakeBackend } from '../fake-backend.ts';

const words = (text: string): string[] => wordsOf(text, (what) => new Error(what));

describe('R56 a command is divided into words', () => {
  const cases: readonly [text: string, expected: readonly string[]][] = [
    ['cat', ['cat']],
    ['  cat\t-n \n file ', ['cat', '-n', 'file']],
    [`grep 'two words'`, ['grep', 'two words']],
    [`grep "two words" 'and "more"' "it's"`, ['grep', 'two words', 'and "more"', "it's"]],
    [`--name='a b'c"d e"`, ['--name=a bcd e']],
    [`printf '' ""`, ['printf', '', '']],
    [
      'echo $HOME ~ * {a,b} `id` a;b a|b >c a&&b # no',
      ['echo', '$HOME', '~', '*', '{a,b}', '`id`', 'a;b', 'a|b', '>c', 'a&&b', '#', 'no'],
    ],
    [String.raw`a\ b 'c\'d`, ['a\\', 'b', 'c\\d']],
    ['', []],
    ['   ', []],
    ['gr\u00fc\u00df gott\u{1f600}', ['gr\u00fc\u00df', 'gott\u{1f600}']],
  ];
  for (const [text, expected] of cases) test(JSON.stringify(text), () => assert.deepEqual(words(text), expected));

  for (const text of [`'`, `a 'b`, `a "b' c`, `'a' "`, `a"b"c'd`])
    test(`${text} has a quote that is never closed`, () =>
      assert.throws(() => words(text), /^Error: ['"] is never closed$/));

  test('long commands cost in proportion', () => {
    const text = 'a'.repeat(1_000_000);
    assert.deepEqual(words(`${text} ${text}`), [text, text]);
    assert.equal(words(`'${"x' '".repeat(100_000)}'`).length, 100_001);
  });
});

describe('R56 exec:', () => {
  /** What an endpoint starts. */
  async function startedBy(
    connect: (reactor: Reactor) => { connect(protocol: Protocol): Promise<unknown> },
  ): Promise<ProcessPlace | undefined> {
    const places: ProcessPlace[] = [];
    const fake = new FakeBackend();
    const reactor = new Reactor({ ...fake, name: 'fake', processes: { spawn: (place) => void places.push(place) } });
    void connect(reactor).connect(new Protocol());
    return places[0];
  }

  test('starts the command with the words as they are, and hands standard error on', async () => {
    const place = await startedBy((reactor) =>
      clientFromString(reactor, `exec:grep -e 'two words' $HOME:killTimeout=1`),
    );
    assert.deepEqual([place?.command, place?.args], ['grep', ['-e', 'two words', '$HOME']]);
    assert.deepEqual([place?.standardError, place?.detached, place?.env], ['inherited', false, undefined]);
  });

  test('a command that is quoted for a description arrives whole', async () => {
    const command = String.raw`ssh -W [::1]:22 a=b 'c:d' \e`;
    const place = await startedBy((reactor) => clientFromString(reactor, `exec:${quoteStringArgument(command)}`));
    assert.deepEqual([place?.command, place?.args], ['ssh', ['-W', '[::1]:22', 'a=b', 'c:d', '\\e']]);
  });

  test('the class takes arguments apart from the command', async () => {
    const place = await startedBy(
      (reactor) => new ProcessEndpoint(reactor, 'my cat', ['a b'], { cwd: '/tmp', env: {} }),
    );
    assert.deepEqual([place?.command, place?.args, place?.cwd, place?.env], ['my cat', ['a b'], '/tmp', {}]);
  });
});
