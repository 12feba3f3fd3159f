import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect, Protocol } from 'couplet';
import { TCP4ServerEndpoint } from 'couplet/endpoints';
import { simulate } from 'couplet/sim';
import { openPorts } from '../../src/command-line/server.ts';
import { FastPoetryFactory } from '../../src/protocols/fast-poetry.ts';

/** Reads nothing. */
class Deaf extends Protocol {
  override connectionMade(): void {
    this.transport.pauseProducing();
  }
}

test('R50 a server of poems resets a client that has read nothing for 30 s', async () => {
  await simulate({ seeds: 5, profile: 'calm' }, async (world) => {
    const reasons: string[] = [];
    const server = world.host('server');
    await server.run(async (reactor) => {
      reactor.observe({ connectionLost: (_transport, reason) => reasons.push(String(reason)) });
      const factory = new FastPoetryFactory(Buffer.alloc(8_000_000, 'poem\n'));
      await openPorts(reactor, [new TCP4ServerEndpoint(reactor, 8007)], factory, {}, () => {});
    });
    const deaf = await connect('tcp:server:8007', new Deaf(), { reactor: world.host('client').reactor });
    const since = world.now;
    await world.until(() => reasons.length > 0, 1000);
    assert.ok(world.now - since >= 30_000, `after ${world.now - since} ms`);
    assert.match(reasons[0] ?? '', /^TimeoutError: .*30000 ms \(closeTimeoutMs\)/);
    deaf.transport.abortConnection();
  });
});
