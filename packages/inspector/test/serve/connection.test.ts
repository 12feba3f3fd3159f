import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { open } from 'couplet';
import { ask, endpointOf, send, textOf } from '../ask.ts';
import { play, visit } from '../scene.ts';

describe('a connection', () => {
  test('is kept for further requests, and one who asks for the same goes on from the frame before', async () => {
    await play(async (scene) => {
      const visitor = await visit(scene);
      await using connection = await open(endpointOf(scene.url), { reactor: scene.client });
      const next = async (target: string) => {
        await connection.write(textOf(target, {}));
        const head = (await connection.readUntil('\r\n\r\n')).toString();
        return JSON.parse((await connection.readExactly(Number(/content-length: (\d+)/i.exec(head)?.[1]))).toString());
      };
      await next('/frame?view=connections');
      await scene.world.sleep(1000);
      await visitor.write('0123456789');
      await visitor.readExactly(10);
      const { rates, events } = await next('/frame?view=connections');
      assert.ok(Math.abs(rates.bytesIn - 10) < 0.1, `${rates.bytesIn}`);
      assert.deepEqual(events, []);
      visitor.close();
      await scene.world.sleep(1000);
      assert.equal((await next('/frame?view=connections')).events[0].kind, 'lost');
    });
  });

  test('is told when its request is none, or does not come, and closed', async () => {
    await play(async (scene) => {
      const wrong = await send(scene, 'HELO localhost\r\n\r\n');
      assert.deepEqual([wrong.status, wrong.body], [400, 'the first line is not METHOD TARGET HTTP/1.1\n']);
      const before = scene.world.now;
      const late = await send(scene, 'GET / HTTP/1.1\r\nHost:');
      assert.deepEqual([late.status, late.body], [408, 'no whole request has come within 5 s\n']);
      assert.ok(Math.abs(scene.world.now - before - 5000) < 10);
      const query = await ask(scene, '/frame?sort=size');
      assert.equal(query.status, 400);
      assert.match(query.body, /^sort is 'size', not one of id, peer, [^\n]+\n$/);
      const path = await ask(scene, '/frames');
      assert.deepEqual([path.status, path.body], [404, 'there are /, /frame and /stream\n']);
    });
  });

  test('that trickles its header has 5 s for it, and one that rests 15 s', async () => {
    await play(async (scene) => {
      const { world, client } = scene;
      const trickling = await open(endpointOf(scene.url), { reactor: client });
      const before = world.now;
      void (async () => {
        for (const letter of textOf('/', {})) {
          if (!(await trickling.write(letter))) return;
          await world.sleep(500);
        }
      })();
      assert.match((await trickling.readUntil('\r\n')).toString(), /^HTTP\/1\.1 408 /);
      assert.ok(world.now - before < 5010);
      trickling.close();
      const resting = await open(endpointOf(scene.url), { reactor: client });
      await resting.write(textOf('/', {}));
      await resting.readUntil('\r\n\r\n');
      const rested = world.now;
      await assert.rejects(resting.readExactly(1_000_000));
      assert.ok(Math.abs(world.now - rested - 15_000) < 10, `${world.now - rested} ms`);
      resting.close();
    });
  });

  test('beyond 32 is refused with a sentence', async () => {
    await play(async (scene) => {
      const many = [];
      for (let count = 0; count < 32; count += 1)
        many.push(await open(endpointOf(scene.url), { reactor: scene.client }));
      await using one = await open(endpointOf(scene.url), { reactor: scene.client });
      assert.match((await one.readUntil('\r\n\r\n')).toString(), /^HTTP\/1\.1 503 Service Unavailable\r\n/);
      for (const connection of many) connection.abort();
    });
  });
});
