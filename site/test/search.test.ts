import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fuzziness, tokenize, weight } from '../.vitepress/search.ts';

describe('the search cuts a text into words', () => {
  test('Latin words and numbers whole', () => {
    assert.deepEqual(tokenize('await listenTCP(10000), half-close: naïve'), [
      ...['await', 'listenTCP', '10000', 'half', 'close', 'naïve'],
    ]);
  });

  test('Chinese into pairs of letters, wherever a text begins', () => {
    assert.deepEqual(tokenize('慢服务器'), ['慢服', '服务', '务器']);
    const words = tokenize('三个慢服务器，一个客户端');
    for (const word of tokenize('服务器')) assert.ok(words.includes(word), word);
    assert.deepEqual(tokenize('帧'), ['帧']);
    assert.deepEqual(tokenize('𠮷野家'), ['𠮷野', '野家']);
  });

  test('both beside each other', () => {
    assert.deepEqual(tokenize('用LineReceiver读行'), ['用', 'LineReceiver', '读行']);
  });

  test('nothing into nothing', () => {
    assert.deepEqual(tokenize(' —— ！'), []);
  });

  test('only Latin words may be mistyped', () => {
    assert.equal(fuzziness('反应'), 0);
    assert.equal(fuzziness('reactor'), 0.2);
  });

  test('pages for readers count more than reasons', () => {
    assert.ok(weight('/zh/guide/reactor.html#loop') > weight('/how-to/tls.html'));
    assert.ok(weight('/how-to/tls.html') > weight('/explain/decisions/0024-drain.html'));
  });

  test('the site gets its source: it needs nothing from around it', () => {
    const copy: unknown = new Function(`return (${tokenize.toString()})`)();
    assert.ok(typeof copy === 'function');
    assert.deepEqual(copy('原始模式 raw'), ['原始', '始模', '模式', 'raw']);
  });
});
