// #region tests
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Factory, open } from 'couplet';
import { simulate } from 'couplet/sim';
import { StringTransport, verifyFraming } from 'couplet/testing';
import { Shout } from './shout.ts';

test('a line comes back in capitals', () => {
  const { protocol, transport } = StringTransport.for(Factory.forProtocol(Shout));
  protocol.dataReceived(Buffer.from('hello\r\n'));
  assert.equal(transport.value().toString(), 'HELLO\r\n');
});

test('however it is cut', () => {
  verifyFraming(() => new Shout(), 'hello\r\nworld\r\n');
});

test('on a network that misbehaves', async () => {
  await simulate({ seeds: 20, profile: 'rough' }, async (world) => {
    await world.host('server').run(async (reactor) => void (await reactor.listenTCP(8007, Factory.forProtocol(Shout))));
    const ask = async () => {
      await using connection = await open('tcp:server:8007', { reactor: world.host('client').reactor });
      await connection.write('hello\r\n');
      return (await connection.lines().next()).value;
    };
    while ((await ask().catch(() => '')) !== 'HELLO') await world.sleep(1000);
  });
});
// #endregion tests
