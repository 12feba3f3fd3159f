import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bundled, bundledFor, sizesOf } from 'couplet-bench/bundles';

describe('the size of a bundle of what is built', () => {
  for (const { name, most, text } of Object.values(bundled)) {
    test(`${name} has at most ${most} bytes`, async (t) => {
      const sizes = await sizesOf(text);
      t.diagnostic(JSON.stringify(sizes));
      for (const [bundler, size] of Object.entries(sizes)) assert.ok(size <= most, `${bundler}: ${size} bytes`);
    });
  }
});

describe('RT-11 a bundle has the backend of its runtime alone', () => {
  /** A text of each backend that no other one has. */
  const MARKS = {
    node: 'pauseOnConnect',
    bun: 'bun:ffi',
    deno: 'DenoBackend needs Deno',
    browser: 'BrowserBackend',
  } as const;

  test('for Node nothing of Bun', async () => {
    const text = await bundledFor('node', bundled.echo.text);
    assert.ok(text.includes(MARKS.node));
    assert.ok(!text.includes(MARKS.bun));
    assert.ok(!text.includes('BunBackend'));
    assert.ok(!text.includes(MARKS.deno));
  });

  test('for Bun its sockets', async () => {
    assert.ok((await bundledFor('bun', bundled.echo.text)).includes(MARKS.bun));
  });

  test('for Deno what repairs that of Node', async () => {
    const text = await bundledFor('deno', bundled.echo.text);
    assert.ok(text.includes(MARKS.deno));
    assert.ok(text.includes(MARKS.node));
    assert.ok(!text.includes(MARKS.bun));
  });

  test('for pages no module of a runtime', async () => {
    const text = await bundledFor('browser', bundled.echo.text);
    assert.ok(text.includes(MARKS.browser));
    assert.deepEqual(text.match(/['"`](?:node|bun):[^'"`]*/g), null);
  });
});
