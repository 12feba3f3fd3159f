import { test } from 'node:test';
import { verifyFraming } from 'couplet/testing';
import { Shout } from './shout.ts';

test('it makes no difference where the stream is cut', () => {
  verifyFraming(() => new Shout(), 'hello\r\nworld\r\n');
});
