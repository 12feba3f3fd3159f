// The test of the first draft, which fails: that is what it is for.
// Try it: node --test cuts.ts

import { test } from 'node:test';
import { verifyFraming } from 'couplet/testing';
import { Shout } from './shout-bytes.ts';

// #region cut
test('it makes no difference where the stream is cut', () => {
  verifyFraming(() => new Shout(), 'hello\r\nworld\r\n');
});
// #endregion cut
