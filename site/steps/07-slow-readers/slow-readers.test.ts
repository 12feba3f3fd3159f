import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Factory, open, type Protocol } from 'couplet';
import { simulate } from 'couplet/sim';
import { StringTransport, verifyFraming } from 'couplet/testing';
import { Backwards } from './backwards.ts';
import { Aborts, Holds, heard, Loses } from './endings.ts';
import { Careful, Careless } from './flood.ts';

/** The most that is queued for a client that does not read, and how many bytes it gets when it reads at last. */
async function flooded(protocol: new () => Protocol) {
  let [queued, bytes] = [0, 0];
  await simulate({ seeds: [1], profile: 'calm', twice: 0 }, async (world) => {
    const { reactor } = world.host('server');
    await reactor.listenTCP(8007, Factory.forProtocol(protocol));
    const client = await open('tcp:server:8007', { reactor: world.host('client').reactor });
    await world.sleep(1000);
    for (const view of reactor.inspect().connections()) queued = view.queued;
    for await (const chunk of client) bytes += chunk.length;
  });
  return { queued, bytes };
}

test('a careless protocol has everything in its queue, a careful one a piece or two', async () => {
  const careless = await flooded(Careless);
  assert.equal(careless.bytes, 20_000_000);
  assert.ok(careless.queued > 15_000_000, `${careless.queued}`);
  const careful = await flooded(Careful);
  assert.equal(careful.bytes, 20_000_000);
  assert.ok(careful.queued <= 200_000, `${careful.queued}`);
});

test('loseConnection sends everything, abortConnection nothing, and a producer holds the close back', async (t) => {
  t.mock.method(console, 'log', () => {});
  assert.equal(await heard(Loses), '5000000 bytes, ConnectionDone');
  assert.equal(await heard(Aborts), '0 bytes, ConnectionLost');
  assert.equal(await heard(Holds), '12 bytes, ConnectionDone');
});

test('lines come back when the client has sent its last one', () => {
  const { protocol, transport } = StringTransport.for(Factory.forProtocol(Backwards));
  protocol.dataReceived(Buffer.from('one\ntw'));
  protocol.dataReceived(Buffer.from('o\n'));
  assert.equal(transport.value().toString(), '');
  protocol.readConnectionLost?.();
  assert.equal(transport.value().toString(), 'two\none\n');
  assert.ok(transport.disconnecting);
  verifyFraming(() => new Backwards(), 'one\ntwo\n', { callbacks: ['lineReceived'] });
});
