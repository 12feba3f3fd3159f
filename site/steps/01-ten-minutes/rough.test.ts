import { test } from 'node:test';
import { Factory, open } from 'couplet';
import { simulate } from 'couplet/sim';
import { Shout } from './shout.ts';

// #region rough
test('who asks again is answered in the end, on a bad network', async () => {
  await simulate({ seeds: 100, profile: 'rough' }, async (world) => {
    const { reactor } = world.host('client');
    await world.host('server').run(async (server) => {
      await server.listenTCP(8000, Factory.forProtocol(Shout));
    });
    const ask = async () => {
      await using connection = await open('tcp:server:8000', { reactor });
      await connection.write('hello\r\n');
      return (await connection.lines().next()).value;
    };
    while ((await ask().catch(() => '')) !== 'HELLO') await world.sleep(1000);
  });
});
// #endregion rough
