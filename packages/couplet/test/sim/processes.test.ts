import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { open, ProcessDone, ProcessTerminated } from 'couplet';
import type { Host, Profile, World } from 'couplet/sim';
import { simulate } from 'couplet/sim';
import { ProcessActor, type ProcessPart } from 'couplet-conformance';
import { FULL } from 'couplet-test/full';
import { call, typeError } from '../misuse/calling.ts';
import { addCommands } from './commands.ts';

const SEEDS = FULL ? 100 : 4;

function spawn(host: Host, command: string, part: ProcessPart = {}): ProcessActor {
  const actor = new ProcessActor(part);
  host.reactor.spawnProcess(actor, command, []);
  return actor;
}

/** Plays a scenario with a host that has commands. */
function play(profile: Profile, scenario: (world: World, host: Host) => Promise<void>, seeds = 1): Promise<unknown> {
  return simulate({ profile, seeds, faultPlan: { faults: [], faultsMs: 0 } }, async (world) => {
    const host = world.host('here');
    addCommands(host);
    await scenario(world, host);
  });
}

/** No child is left, and no pipe. */
function expectNone(host: Host): void {
  const left = host.processes.flatMap(({ leftovers }) => leftovers);
  assert.deepEqual(
    left.filter((what) => !what.startsWith('an alarm') && what !== 'a signal handler'),
    [],
  );
}

describe('R56 processes in a simulated world', () => {
  for (const profile of ['calm', 'rough', 'storm'] as const)
    test(`nothing is lost on a ${profile} network, however the pipes cut it`, async () => {
      await play(
        profile,
        async (world, host) => {
          const pieces = Array.from({ length: 20 }, () =>
            Buffer.alloc(world.dice.whole(1, 400), world.dice.pick(['a', 'b'])),
          );
          const actor = spawn(host, 'echo', {
            out: () => (world.dice.chance(0.3) ? world.sleep(world.dice.whole(1, 20)) : undefined),
          });
          const { transport } = actor;
          for (const piece of pieces) {
            if (!transport.write(piece)) await transport.drained();
            if (world.dice.chance(0.3)) await world.sleep(world.dice.whole(1, 20));
          }
          transport.closeStdin();
          assert.ok((await actor.ended()) instanceof ProcessDone);
          assert.ok(actor.output.equals(Buffer.concat(pieces)));
          assert.deepEqual(actor.faults, []);
          await using connection = await open('exec:echo', { reactor: host.reactor });
          await connection.write('a couplet');
          assert.equal((await connection.readExactly(9)).toString(), 'a couplet');
          connection.close();
          await connection.closed;
          await world.sleep(20_000);
          expectNone(host);
        },
        SEEDS,
      );
    });

  test('the same seed plays the same', async () => {
    const [one, other] = await Promise.all(
      [0, 1].map(() =>
        simulate({ profile: 'rough', seeds: 5, twice: 0 }, async (world) => {
          const host = world.host('here');
          addCommands(host);
          await spawn(host, 'deaf').ended();
        }),
      ),
    );
    assert.deepEqual(one, other);
  });

  test('a command gets its arguments, environment and folder, and its exit code is told', async () => {
    await play('calm', async (_, host) => {
      const seen: unknown[] = [];
      host.command('tell', ({ command, args, env, cwd, pid, exit, sleep }) => {
        seen.push(command, args, env, cwd, pid > 0);
        exit(7);
        return sleep(1).then(() => void seen.push('after exit'));
      });
      const actor = new ProcessActor();
      host.reactor.spawnProcess(actor, 'tell', ['-n', 'two words'], { env: { LANG: 'C' }, cwd: '/tmp' });
      const reason = await actor.ended();
      assert.ok(reason instanceof ProcessTerminated);
      assert.equal(reason.exitCode, 7);
      await host.reactor.sleep(10);
      assert.deepEqual(seen, ['tell', ['-n', 'two words'], { LANG: 'C' }, '/tmp', true]);
    });
  });

  test('a command that throws exits with the code 1, and does not fail the world', async () => {
    await play('calm', async (_, host) => {
      host.command('throw', async () => {
        throw new Error('out of order');
      });
      const reason = await spawn(host, 'throw').ended();
      assert.ok(reason instanceof ProcessTerminated);
      assert.equal(reason.exitCode, 1);
    });
  });

  test('a signal is caught, does nothing, or ends the command', async () => {
    await play('calm', async (world, host) => {
      const caught: string[] = [];
      host.command('catch', async ({ catchSignal, sleep, exit }) => {
        catchSignal('SIGTERM', () => {
          caught.push('SIGTERM');
          exit(3);
        });
        catchSignal('SIGKILL', () => caught.push('SIGKILL'));
        await sleep(1e6);
      });
      const ends: unknown[] = [];
      for (const signals of [['SIGWINCH', 'SIGTERM'], ['SIGHUP'], ['SIGKILL']]) {
        const actor = spawn(host, 'catch');
        await actor.when(() => actor.log.length > 0);
        await world.sleep(1);
        for (const signal of signals) assert.equal(actor.transport.signalProcess(signal), true);
        const reason = await actor.ended();
        ends.push(reason instanceof ProcessTerminated ? (reason.exitCode ?? reason.signal) : reason);
        assert.throws(() => actor.transport.signalProcess(7 as never), { name: 'TypeError' });
      }
      assert.deepEqual([ends, caught], [[3, 'SIGHUP', 'SIGKILL'], ['SIGTERM']]);
    });
  });

  test('a command hears that the process which started it was killed', async () => {
    await play('calm', async (world, host) => {
      const heard: unknown[] = [];
      host.command('listen', async ({ stdin, stdout, sleep }) => {
        heard.push(await stdin.read());
        await sleep(1);
        heard.push(await stdout.write('a'), await stdout.write('b'), await stdout.write(Buffer.alloc(1_000_000)));
      });
      spawn(host, 'listen');
      await world.sleep(5);
      host.crash();
      await world.sleep(100);
      assert.deepEqual([heard[0], heard.at(-1)], [undefined, false]);
    });
  });

  test('a loss of power ends commands, and none of their code runs any more', async () => {
    await play('calm', async (world, host) => {
      let beats = 0;
      host.command('beat', async ({ sleep }) => {
        for (;;) {
          beats += 1;
          await sleep(10);
        }
      });
      spawn(host, 'beat');
      await world.sleep(55);
      host.losePower();
      const before = beats;
      await world.sleep(1000);
      assert.ok(before > 0);
      assert.equal(beats, before);
    });
  });

  test('error output that is inherited is what the process complains of', async () => {
    await play('calm', async (_, host) => {
      host.command('moan', async ({ stderr }) => {
        await stderr.write('oh dear\noh no\n');
      });
      const connection = await open('exec:moan', { reactor: host.reactor });
      await connection.finish();
      assert.deepEqual(host.processes.at(-1)?.complaints, ['oh dear', 'oh no']);
    });
  });

  test('a command is a function, and an exit code is one that a process can have', async () => {
    await play('calm', async (_, host) => {
      const { command } = host;
      assert.throws(() => call(command, host, 5, () => {}), typeError(/^name is the number 5, not a string such as/));
      assert.throws(() => call(command, host, 'odd', 5), typeError(/^command is the number 5, not a function$/));
      for (const odd of [300, -1, 2.5, Number.NaN]) {
        host.command('odd', () => odd);
        const reason = await spawn(host, 'odd').ended();
        assert.equal(reason.message, 'the process exited with code 1');
      }
      const told: string[] = [];
      host.command('odd', (process) => {
        for (const wrong of [() => process.exit(256), () => call(process.catchSignal, process, 'SIGTERM', 5)])
          assert.throws(wrong, (error) => told.push(String(error)) > 0);
        assert.throws(() => call(process.fork, process, 5), typeError(/^command is the number 5/));
        return 7;
      });
      assert.equal((await spawn(host, 'odd').ended()).message, 'the process exited with code 7');
      assert.deepEqual(told, [
        'RangeError: exitCode is 256, not a whole number from 0 to 255',
        'TypeError: caught is the number 5, not a function',
      ]);
    });
  });

  test('three descriptors are needed, and EMFILE says so', async () => {
    await play('calm', async (_, host) => {
      host.limitDescriptors(5);
      const first = spawn(host, 'idle');
      await first.when(() => first.log.length > 0);
      const reason = await spawn(host, 'echo').ended();
      assert.match(reason.message, /^cannot start 'echo': too many open files$/);
      first.transport.signalProcess('SIGKILL');
      await first.ended();
      const last = spawn(host, 'fail');
      await last.ended();
      expectNone(host);
    });
  });
});
