import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { open, reactor } from 'couplet';
import { simulate } from 'couplet/sim';
import { guardedPiped, PipedFactory } from '../piped.ts';
import { Child } from './child.ts';
import { Peer } from './peer.ts';
import { Serving } from './serving.ts';

describe('piped', () => {
  test('answers with what the command makes of the input, a megabyte included', async (t) => {
    const serving = await Serving.open(t, new PipedFactory(reactor, 'tr', ['a-z', 'A-Z']));
    for (const text of ['two\nlines\n', '', 'verse'.repeat(200_000)]) {
      const peer = await serving.connect();
      peer.socket.write(text);
      assert.equal(await peer.leave(), text.toUpperCase());
    }
    await serving.lost(3);
  });

  test('a program: sort, unless the command line says another command', async (t) => {
    const child = new Child(t, 'piped', 0);
    const port = Number(/^127\.0\.0\.1:(\d+) pipes through sort$/.exec(await child.line())?.[1]);
    const peer = await Peer.connect(port);
    peer.socket.write('verse\ncouplet\n');
    assert.equal(await peer.leave(), 'couplet\nverse\n');
    child.terminate();
    assert.equal(await child.ended(), 0);
  });

  test('a command that stops reading early is heard, and the rest of the input is dropped', async (t) => {
    const serving = await Serving.open(t, new PipedFactory(reactor, 'head', ['-n', '1']));
    const peer = await serving.connect();
    peer.socket.write('verse\n'.repeat(100_000));
    assert.equal(await peer.leave(), 'verse\n');
  });

  test('a command is ended with its connection, also one that takes nothing and says nothing', async () => {
    await simulate({ seeds: 5, faultPlan: { faults: [] } }, async (world) => {
      const host = world.host('server');
      let ended = 0;
      host.command('silent', async ({ catchSignal, exit, sleep }) => {
        catchSignal('SIGTERM', () => {
          ended += 1;
          exit();
        });
        await sleep(1e9);
      });
      const factory = guardedPiped(new PipedFactory(host.reactor, 'silent', []), { idleTimeoutMs: 5000 });
      await host.reactor.listenTCP(8029, factory);
      const dial = () => open('tcp:server:8029', { reactor: world.host('client').reactor });
      const [waits, floods, leaves] = [await dial(), await dial(), await dial()];
      void floods.write(Buffer.alloc(1_000_000)).catch(() => undefined);
      await world.sleep(1000);
      leaves.abort();
      await world.until(() => ended === 1);
      await Promise.all([waits.closed, floods.closed]);
      await world.until(() => ended === 3);
      await world.until(() => factory.describePolicies().some(({ open }) => open === 0));
    });
  });

  test('on any network, whatever the command: nothing is lost, and no process is left', async () => {
    await simulate({ seeds: 5, faultPlan: { faults: [] } }, async (world) => {
      const host = world.host('server');
      host.command('rot13', async ({ stdin, stdout, sleep }) => {
        for await (const chunk of stdin) {
          await sleep(world.dice.whole(0, 5));
          await stdout.write(rot13(chunk.toString()));
        }
      });
      await host.reactor.listenTCP(8029, new PipedFactory(host.reactor, 'rot13', []));
      const connection = await open('tcp:server:8029', { reactor: world.host('client').reactor });
      const text = 'a couplet has two lines that rhyme\n'.repeat(20);
      await connection.write(text);
      connection.end();
      let answer = '';
      for await (const chunk of connection) answer += chunk;
      assert.equal(answer, rot13(text));
    });
  });
});

function rot13(text: string): string {
  return text.replace(/[a-z]/g, (letter) => String.fromCharCode(((letter.charCodeAt(0) - 84) % 26) + 97));
}
