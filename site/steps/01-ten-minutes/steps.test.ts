import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { open } from 'couplet';
import { simulate } from 'couplet/sim';
import { verifyFraming } from 'couplet/testing';
import { limited } from './limited.ts';
import { Shout } from './shout-bytes.ts';

describe('ten minutes', () => {
  test('the first draft is caught by a cut behind the first byte', () => {
    assert.throws(
      () => verifyFraming(() => new Shout(), 'hello\r\nworld\r\n'),
      /^Error: entry 1 is write\(bytes "H\\r\\nELLO\\r\\nWORLD\\r\\n"\), not .* cut at byte 1 /,
    );
  });

  test('the third client is told that there are two already', async () => {
    await simulate({ seeds: [1], profile: 'calm' }, async (world) => {
      const { reactor } = world.host('client');
      await world.host('server').run(async (server) => void (await server.listenTCP(8000, limited)));
      const clients = [1, 2, 3].map(() => open('tcp:server:8000', { reactor }));
      const answers = clients.map(async (client, index) => {
        await using connection = await client;
        await connection.write(`hello ${index + 1}\n`);
        const answer = (await connection.lines().next()).value;
        await world.sleep(1000);
        return answer;
      });
      assert.deepEqual(await Promise.all(answers), ['HELLO 1', 'HELLO 2', 'Too many connections, try later']);
    });
  });
});
