import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Factory, open, Protocol } from 'couplet';
import { limitConnections } from 'couplet/policies';
import { Discard } from 'couplet/protocols';
import { ask, frameOf, streamOf } from '../ask.ts';
import { play, visit } from '../scene.ts';

describe('what a frame shows', () => {
  test('I-6: three clients of one port are 1 listening and 3 accepted descriptors, and the factory stays', async () => {
    await play(async (scene) => {
      const three = [await visit(scene), await visit(scene), await visit(scene)];
      await using stream = await streamOf(scene, '?every=1');
      const full = await stream.next();
      assert.deepEqual(full.descriptors, { listening: 1, accepted: 3, made: 0 });
      assert.deepEqual(
        full.rows.map(({ protocol, state, origin }) => [protocol, state, origin]),
        full.rows.map(() => ['Echo', 'open', full.ports[0]?.id]),
      );
      const before = scene.world.now;
      three[0]?.close();
      const fewer = await stream.next();
      assert.ok(scene.world.now - before <= 2000);
      assert.deepEqual(fewer.descriptors, { listening: 1, accepted: 2, made: 0 });
      assert.deepEqual([fewer.rows.length, fewer.total, fewer.totals.lost], [2, 2, 1]);
      assert.deepEqual(
        fewer.ports.map(({ factory, connections }) => [factory, connections]),
        [['Factory', 2]],
      );
      assert.deepEqual(
        fewer.events.map((event) => event.kind),
        ['lost'],
      );
      for (const one of three) one.close();
    });
  });

  test('the first frame of the view of events has what was before, others begin with the next event', async () => {
    await play(async (scene) => {
      (await visit(scene)).close();
      await scene.world.sleep(10);
      const [all, none] = [await frameOf(scene, '?view=events'), await frameOf(scene)];
      assert.deepEqual(
        all.events.map(({ number, kind }) => [number, kind]),
        [
          [1, 'listening'],
          [2, 'made'],
          [3, 'lost'],
        ],
      );
      const [, , lost] = all.events;
      assert.ok(lost?.kind === 'lost' && lost.orderly && lost.reason.startsWith('ConnectionDone'));
      assert.deepEqual([none.events, none.eventsMissed], [[], 0]);
    });
  });

  test('I-9: of more events than a frame has room for the newest are told, and the rest counted', async () => {
    await play(async (scene) => {
      await using stream = await streamOf(scene, '?view=connections&every=5');
      await stream.next();
      for (let count = 0; count < 250; count += 1) scene.reactor.report({ who: 'w', where: `${count}`, error: 'e' });
      const { events, eventsMissed } = await stream.next();
      assert.equal(events.length + eventsMissed, 250);
      assert.ok(events.length <= 200 && events.length > 10);
      const last = events.at(-1);
      assert.ok(last?.kind === 'error' && last.where === '249');
    });
  });

  test('I-9: an overrun ring leaves no row that is missing from the next frame', async () => {
    await play(async (scene) => {
      const stays = await visit(scene);
      const goes = await visit(scene);
      await using stream = await streamOf(scene, '?view=connections&every=5');
      assert.equal((await stream.next()).rows.length, 2);
      goes.close();
      await scene.world.sleep(10);
      // The loss of the connection is not among the events that are kept.
      for (let count = 0; count < 5000; count += 1) scene.reactor.report({ who: 'w', where: 'x', error: count });
      const { rows, events, eventsMissed } = await stream.next();
      assert.equal(rows.length, 1);
      assert.ok(events.every(({ kind }) => kind === 'error'));
      assert.equal(events.length + eventsMissed, 5001);
      stays.close();
    });
  });

  test('refusals, attempts and slow callbacks are events', async () => {
    await play(async (scene) => {
      const { reactor, world } = scene;
      const limited = limitConnections(Factory.forProtocol(Discard), { max: 1 });
      await reactor.listenTCP(9, limited);
      const there = scene.echo.replace(':8007', ':9');
      const visitor = world.host('visitor').reactor;
      const first = await open(there, { reactor: visitor });
      await assert.rejects(async () => (await open(there, { reactor: visitor })).readExactly(1));
      await assert.rejects(open('tcp:10.255.255.1:1:timeout=1', { reactor }));
      const { events, totals, ports } = await frameOf(scene, '?view=events');
      const refused = events.find((event) => event.kind === 'refused');
      assert.equal(refused?.kind === 'refused' && refused.code, 'CONNECTION_LIMIT');
      assert.deepEqual(totals.refused, { CONNECTION_LIMIT: 1 });
      assert.deepEqual(ports.find(({ host }) => host.endsWith(':9'))?.policies[0], {
        policy: 'limitConnections',
        open: 1,
        max: 1,
      });
      const attempts = events.flatMap((event) => (event.kind === 'attempt' ? [event.state] : []));
      assert.equal(attempts.at(-1), 'failed');
      first.close();
    });
  });

  test('I-12: a name with markup in it is a string of JSON, which no browser takes for a page', async () => {
    class Marked extends Protocol {
      override describe(): { name: string } {
        return { name: '<script>alert(1)</script>' };
      }
    }
    Object.defineProperty(Marked, 'name', { value: '<img src=x onerror=alert(1)>' });
    await play(async (scene) => {
      const port = await scene.reactor.listenTCP(9, Factory.forProtocol(Marked));
      const client = await open(scene.echo.replace(':8007', ':9'), { reactor: scene.world.host('visitor').reactor });
      await scene.world.sleep(1);
      const [transport] = port.connections;
      transport?.failConnection(new Error('<script>alert(2)</script>\u001b[2J'));
      await assert.rejects(client.readExactly(1));
      const { head, body } = await ask(scene, '/frame?view=events');
      assert.match(head, /\r\nContent-Type: application\/json\r\n/);
      assert.match(head, /\r\nX-Content-Type-Options: nosniff\r\n/);
      assert.ok(body.includes('<script>alert(2)</script>\\u001b[2J'));
      client.abort();
    });
  });
});

describe('the timeline', () => {
  test('has the chunks and callbacks of each connection, and is recorded only while it is looked at', async () => {
    await play(async (scene) => {
      const connection = await visit(scene);
      const [row] = (await frameOf(scene)).rows;
      const stream = await streamOf(scene, '?view=timeline&every=1');
      const first = (await stream.next()).timeline;
      assert.ok(first !== undefined);
      assert.deepEqual(
        first.lanes.map(({ id, label, chunks }) => [id, label, chunks]),
        [[row?.id, 'Echo', []]],
      );
      await scene.world.sleep(100);
      await connection.write('0123456789');
      await connection.readExactly(10);
      await scene.world.sleep(100);
      await connection.write('0123');
      await connection.readExactly(4);
      const { timeline } = await stream.next();
      assert.ok(timeline !== undefined);
      assert.deepEqual([timeline.from, timeline.missed], [first.to, 0]);
      const [lane] = timeline.lanes;
      assert.deepEqual(
        lane?.chunks.map(([, bytes]) => bytes),
        [10, -10, 4, -4],
      );
      for (const [at] of lane?.chunks ?? []) assert.ok(at >= timeline.from && at <= timeline.to);
      assert.deepEqual(
        timeline.callbacks.map(([, , id, name]) => [id, name]),
        [1, 2].map(() => [row?.id, 'Echo.dataReceived']),
      );
      await stream[Symbol.asyncDispose]();
      await scene.world.sleep(10);
      // Nothing asks for chunks any more: a new viewer begins with nothing.
      await connection.write('01');
      await connection.readExactly(2);
      assert.deepEqual((await frameOf(scene, '?view=timeline')).timeline?.callbacks, []);
      connection.close();
    });
  });

  test('says what connections waited for', async () => {
    class Reluctant extends Protocol {
      override dataReceived(): Promise<void> {
        return this.transport.clock.sleep(500);
      }
    }
    await play(async (scene) => {
      await scene.reactor.listenTCP(9, Factory.forProtocol(Reluctant));
      const client = await open(scene.echo.replace(':8007', ':9'), { reactor: scene.world.host('visitor').reactor });
      await using stream = await streamOf(scene, '?view=timeline&every=2');
      await stream.next();
      await scene.world.sleep(300);
      await client.write('x');
      const [lane] = (await stream.next()).timeline?.lanes ?? [];
      assert.equal(lane?.waits.length, 1);
      const [from = 0, to = 0, waiting] = lane?.waits[0] ?? [];
      assert.equal(waiting, 'promise');
      // It is looked at every 100 ms.
      assert.ok(to - from >= 400 && to - from <= 600, `${to - from} ms`);
      client.close();
    });
  });
});
