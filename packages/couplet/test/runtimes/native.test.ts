import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NativeBackend } from 'couplet/native';

test('the kernel can be called', () => {
  assert.equal(new NativeBackend().unavailable, undefined);
});
