import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Factory, open } from 'couplet';
import { Discard } from 'couplet/protocols';
import { simulate } from 'couplet/sim';
import { serveInspector } from 'couplet-inspector';
import { endpointOf, frameOf, streamOf, TOKEN } from '../ask.ts';
import { play } from '../scene.ts';

describe('I-11 an inspector', () => {
  test('I-11: does not show itself, nor its timers', async () => {
    await play(async (scene) => {
      await using stream = await streamOf(scene, '?view=connections');
      await stream.next();
      const { total, timers, ports, totals, connectors } = await stream.next();
      assert.deepEqual([total, timers, ports.length, totals.accepted, connectors.length], [0, 0, 1, 0, 0]);
    });
  });

  test('I-11: is closed by the stop of the reactor, with all that it has', async () => {
    await simulate({ seeds: 3, profile: 'calm' }, async (world) => {
      const { reactor } = world.host('server');
      const inspector = await serveInspector(reactor, { token: TOKEN });
      const client = world.host('server').reactor.sibling();
      const stream = await streamOf({ client, url: inspector.url });
      await stream.next();
      reactor.stop();
      await world.until(() => !reactor.running);
      // The world checks that its process has nothing left.
      await assert.rejects(stream.next());
      await stream[Symbol.asyncDispose]();
      await inspector.close();
      await assert.rejects(open(endpointOf(inspector.url), { reactor: client }));
    });
  });

  test('I-11: that begins while the reactor stops leaves nothing', async () => {
    await simulate({ seeds: 5, profile: 'rough' }, async (world) => {
      const { reactor } = world.host('server');
      reactor.stop();
      const served = serveInspector(reactor, { token: TOKEN });
      // It listens before the reactor has stopped, or says that it does not.
      const url = await served.then(
        (inspector) => inspector.url,
        ({ message }: Error) => message,
      );
      assert.match(url, /^http:|stopped before its inspector listened$/);
      await world.until(() => !reactor.running);
      const client = world.host('server').reactor.sibling();
      if (url.startsWith('http:')) await assert.rejects(open(endpointOf(url), { reactor: client }));
    });
  });

  test('is closed once, by itself or by await using, and the reactor goes on', async () => {
    await simulate({ seeds: 2, profile: 'calm' }, async (world) => {
      const { reactor } = world.host('server');
      let url = '';
      {
        await using inspector = await serveInspector(reactor, { token: TOKEN });
        ({ url } = inspector);
        await inspector.close();
        // Nothing would delete a file that is written now.
        assert.equal(inspector.notice, 'inspector: closed');
      }
      await assert.rejects(open(endpointOf(url), { reactor: reactor.sibling() }));
      await serveInspector(reactor, { token: TOKEN });
    });
  });

  test('that cannot listen leaves nothing', async () => {
    await simulate({ seeds: 2, profile: 'calm' }, async (world) => {
      const { reactor } = world.host('server');
      await reactor.listenTCP(9229, Factory.forProtocol(Discard));
      await assert.rejects(serveInspector(reactor, { token: TOKEN, listen: 'tcp:9229:interface=127.0.0.1' }), {
        name: 'CannotListenError',
      });
      assert.equal(reactor.inspect().loop, undefined);
    });
  });

  test('goes on while the network is bad', async () => {
    await simulate({ seeds: 10, profile: 'rough' }, async (world) => {
      const { reactor } = world.host('server');
      const inspector = await serveInspector(reactor, { token: TOKEN });
      await reactor.listenTCP(8007, Factory.forProtocol(Discard));
      const client = reactor.sibling();
      let frames = 0;
      while (frames < 5) {
        try {
          const { total } = await frameOf({ client, url: inspector.url });
          assert.equal(total, 0);
          frames += 1;
        } catch (error) {
          assert.ok(!(error instanceof assert.AssertionError), String(error));
          await world.sleep(100);
        }
      }
    });
  });
});
