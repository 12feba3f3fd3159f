import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { open } from 'couplet';
import type { FrameSource } from 'couplet-inspector';
import { ask, endpointOf, streamOf, textOf } from '../ask.ts';
import { play } from '../scene.ts';

/** What the simulated kernels hold of a stream, and the engine of one who does not read. */
const BUFFERS = 2 * 262_144 + 2 * 65_536;

describe('a stream', () => {
  test('sends a frame at once, and then in the rhythm that is asked for', async () => {
    await play(async (scene) => {
      await using stream = await streamOf(scene, '?every=0.5');
      const times = [];
      for (let count = 0; count < 4; count += 1) times.push((await stream.next()).now);
      const [first = 0] = times;
      assert.deepEqual(
        times.map((time) => Math.round(time - first)),
        [0, 500, 1000, 1500],
      );
    });
  });

  test('I-8: a viewer that does not read costs at most 256 KiB, and learns how many frames were dropped', async () => {
    const bytes = 60_000;
    let made = 0;
    const source: FrameSource = {
      view: () => ({
        next: async (count) => {
          made += 1;
          return JSON.stringify({ number: made, dropped: count, filling: 'x'.repeat(bytes) });
        },
        close: () => {},
      }),
    };
    await play(
      async (scene) => {
        made = 0;
        const connection = await open(endpointOf(scene.url), { reactor: scene.client });
        await connection.write(textOf('/stream?every=0.2', {}));
        await connection.readUntil('\r\n\r\n');
        await scene.world.sleep(60_000);
        // What the simulated kernels and the engine of the reader take is not the server's.
        const held = made * bytes - BUFFERS;
        assert.ok(held <= 256 * 1024, `${made} frames were made`);
        const until = async (): Promise<{ number: number; dropped: number }> => {
          const event = (await connection.readUntil('\n\n', { maxLength: 200_000 })).toString();
          return JSON.parse(event.replace(/^data: /, ''));
        };
        for (let number = 1; number <= made; number += 1) assert.equal((await until()).number, number);
        const next = await until();
        // A frame every 200 ms for a minute.
        assert.ok(next.dropped > 250 && next.dropped < 300, `${next.dropped} were dropped`);
        assert.equal((await until()).dropped, 0);
        connection.abort();
        await connection.closed;
      },
      { source },
    );
  });

  test('I-8: a fifth viewer is told why it is refused, until one of the others has gone', async () => {
    await play(async (scene) => {
      const four = [];
      for (let count = 0; count < 4; count += 1) four.push(await streamOf(scene));
      await assert.rejects(streamOf(scene), { message: 'there are 4 viewers already: close one of them\n' });
      assert.equal((await ask(scene, '/stream')).status, 503);
      // Single frames go on.
      assert.equal((await ask(scene, '/frame')).status, 200);
      await four[2]?.[Symbol.asyncDispose]();
      await scene.world.sleep(1);
      const another = await streamOf(scene);
      await another.next();
      for (const stream of [...four, another]) await stream[Symbol.asyncDispose]();
    });
  });

  test('ends when its source has no frame any more', async () => {
    let closed = 0;
    const source: FrameSource = {
      view: () => ({
        next: async () => {
          throw new Error('the worker has gone');
        },
        close: () => {
          closed += 1;
        },
      }),
    };
    await play(
      async (scene) => {
        closed = 0;
        const stream = await streamOf(scene);
        await assert.rejects(stream.next());
        await stream[Symbol.asyncDispose]();
        assert.equal(closed, 1);
        const reply = await ask(scene, '/frame');
        assert.deepEqual([reply.status, reply.body], [500, 'the worker has gone\n']);
      },
      { source },
    );
  });

  test('of a source that knows more parameters gets them, and may refuse them', async () => {
    const source: FrameSource = {
      view: ({ view }, parameters) => {
        if (parameters.get('worker') === '9') throw new RangeError("worker is '9', not one of 1, 2");
        return { next: async () => JSON.stringify([view, parameters.get('worker')]), close: () => {} };
      },
    };
    await play(
      async (scene) => {
        assert.equal((await ask(scene, '/frame?view=events&worker=2')).body, '["events","2"]');
        const reply = await ask(scene, '/frame?worker=9');
        assert.deepEqual([reply.status, reply.body], [400, "worker is '9', not one of 1, 2\n"]);
      },
      { source },
    );
  });
});
