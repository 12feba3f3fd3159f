import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeNetstring } from 'couplet/framing';
import { closed, dial, received } from './client.ts';
import { run, serve } from './program.ts';

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

  it('answers the example of its help', OPTIONS, async (t) => {
    const { stdout } = await run('transformedpoetry', '--help');
    const [request = '', answer] = [...stdout.matchAll(/'(\d+:.*?,)'/g)].map(([, netstring]) => netstring);
    const client = await dial(t, (await serve(t, 'transformedpoetry')).port);
    client.end(request);
    assert.equal((await received(client)).toString(), answer);
  });

  it('answers all that one write asks, also to a client that reads late', OPTIONS, async (t) => {
    const { program, port } = await serve(t, 'transformedpoetry');
    const client = await dial(t, port);
    const count = 200;
    const poem = 'A'.repeat(90_000);
    // More than what the kernels hold and the server may: the writing is through only because the reading has begun.
    client.end(Buffer.concat(Array<Buffer>(count).fill(encodeNetstring(`cummingsify.${poem}`))));
    const other = await dial(t, port);
    other.end(encodeNetstring('cummingsify.ME TOO'));
    assert.equal((await received(other)).toString(), '6:me too,');
    const answers = await received(client);
    assert.ok(answers.equals(Buffer.from(`90000:${poem.toLowerCase()},`.repeat(count))));
    assert.equal((await program.kill('SIGTERM')).stderr, '');
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
    const who = 'transformedpoetry: 127\\.0\\.0\\.1:\\d+:';
    const [refused, broken, ...rest] = stderr.split('\n');
    assert.match(refused ?? '', new RegExp(`^${who} no transform 'sh\\\\nout'$`));
    assert.match(broken ?? '', new RegExp(`^${who} .* where a netstring ends with a comma$`));
    assert.deepEqual(rest, ['']);
  });
});
