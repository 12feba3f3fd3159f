import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeNetstring } from 'couplet/framing';
import { closed, dial, received } from './client.ts';
import { serve } from './program.ts';

const OPTIONS = { timeout: 20_000 };

describe('transformedpoetry', () => {
  it('answers netstrings that arrive byte by byte, several in one connection', OPTIONS, async (t) => {
    const { program, port } = await serve(t, 'transformedpoetry');
    const client = await dial(t, port);
    client.setNoDelay(true);
    const requests = Buffer.concat([encodeNetstring('cummingsify.A POEM'), encodeNetstring('backwards.a\nb')]);
    for (const byte of requests) client.write(Buffer.of(byte));
    client.end();
    assert.equal((await received(client)).toString(), '6:a poem,3:b\na,');
    const { status, stdout, stderr } = await program.kill('SIGTERM');
    assert.deepEqual([status, stdout, stderr], [0, `Serving transformed poetry on port ${port}.\n`, '']);
  });

  it('closes on what it cannot answer, tells it in one line, and goes on with others', OPTIONS, async (t) => {
    const { program, port } = await serve(t, 'transformedpoetry');
    const client = await dial(t, port);
    client.write(Buffer.concat([encodeNetstring('cummingsify.A'), encodeNetstring('sh\nout.A')]));
    assert.equal((await received(client)).toString(), '1:a,');
    const garbler = await dial(t, port);
    garbler.write('5:hello!');
    await closed(garbler);
    const other = await dial(t, port);
    other.end(encodeNetstring('cummingsify.STILL HERE'));
    assert.equal((await received(other)).toString(), '10:still here,');
    const { stderr } = await program.kill('SIGTERM');
    assert.match(stderr, /^transformedpoetry: 127\.0\.0\.1:\d+: no transform 'sh\\nout'\n$/);
  });
});
