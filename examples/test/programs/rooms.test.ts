import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Child } from '../child.ts';
import { Program } from '../program.ts';

describe('S-11: rooms, with nc and socat', { timeout: 60_000 }, () => {
  test('guests come, talk and leave; one who does not read holds nobody up; all are told when the server closes', async (t) => {
    const child = new Child(t, 'rooms', 0);
    const port = Number((await child.says(/127\.0\.0\.1:(\d+)/))[1]);
    const enter = async (client: Program, name: string) => {
      client.type(`nick ${name}\njoin poems\n`);
      await client.says(new RegExp(`^poems \\* ${name} has come$`, 'm'));
      return client;
    };
    const ann = await enter(new Program(t, 'nc', '127.0.0.1', port), 'ann');
    const bob = await enter(new Program(t, 'socat', '-', `TCP:127.0.0.1:${port}`), 'bob');
    await ann.says(/^poems \* bob has come$/m);
    bob.type('say poems Naïve question?\n');
    await ann.says(/^poems <bob> Naïve question\?$/m);
    const stopped = await enter(new Program(t, 'nc', '127.0.0.1', port), 'stopped');
    stopped.signal('SIGSTOP');
    for (let line = 0; line < 15; line += 1) ann.type(`say poems line ${line}\n`);
    await bob.says(/^poems <ann> line 14$/m);
    bob.hangUp();
    assert.equal(await bob.ended(), 0);
    await ann.says(/^poems \* bob has left$/m);
    stopped.signal('SIGKILL');
    await ann.says(/^poems \* stopped has left$/m);
    child.terminate();
    await ann.says(/^\* the server closes$/m);
    ann.hangUp();
    await ann.ended();
    assert.equal(await child.ended(), 0);
    assert.equal(child.errors, '');
  });
});
