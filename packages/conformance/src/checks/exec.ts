import { ConnectionDone, SpawnError } from 'couplet';
import { Actor } from '../actor.ts';
import { AllSuites } from '../all-suites.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { echo } from '../parts.ts';
import { expectPoem, poemOf } from '../poem.ts';
import type { BackendUnderTest } from '../stage.ts';
import { SingleClient } from '../stage.ts';

/** R56: connections to the standard input and output of a child. */
export function execChecks(underTest: BackendUnderTest): Check[] {
  if (underTest.command === undefined) return [];
  const suite = new AllSuites(underTest);
  suite.addWatched('R56 standard input and output of a child are one connection', async (stage, backend) => {
    const actor = new Actor({ made: ({ transport }) => void transport.write('poem') });
    const [command, ...args] = stage.command('echo');
    const connector = stage.reactor.connectProcess(command, args, new SingleClient(actor));
    await connector.whenConnected();
    await actor.when(() => actor.received === 4);
    expectSame(actor.transport.getPeer().family, 'PIPE', 'the family of its address');
    actor.transport.loseConnection();
    expect((await actor.lost()) instanceof ConnectionDone, `the reason is ${actor.reason}`);
    expectSame(backend.signals, [], 'the signals');
  });

  suite.add('R56 the connection ends with the output of the child, and loses nothing', async (stage) => {
    const poem = poemOf(3_000_000);
    const actor = new Actor({
      made: ({ transport }) => {
        transport.write(poem);
        transport.loseWriteConnection();
      },
    });
    const [command, ...args] = stage.command('echo');
    await stage.reactor.connectProcess(command, args, new SingleClient(actor)).whenConnected();
    expect((await actor.lost()) instanceof ConnectionDone, `the reason is ${actor.reason}`);
    expectPoem(actor.bytes, poem, 'the connection');
  });

  suite.add('R56 what is written to a connection is dropped once the child has closed its input', async (stage) => {
    const actor = new Actor(echo);
    const [command, ...args] = stage.command('deaf');
    await stage.reactor.connectProcess(command, args, new SingleClient(actor)).whenConnected();
    expect((await actor.lost()) instanceof ConnectionDone, `the reason is ${actor.reason}`);
    expectSame(actor.bytes.toString(), 'closed\ndone\n', 'what arrived');
  });

  suite.addWatched(
    'R56 a child that outlives its connection gets SIGTERM after killTimeoutMs, then SIGKILL',
    async (stage, backend) => {
      const actor = new Actor();
      const [command, ...args] = stage.command('stubborn');
      await stage.reactor
        .connectProcess(command, args, new SingleClient(actor), { killTimeoutMs: 100 })
        .whenConnected();
      await actor.when(() => actor.received > 0);
      const since = stage.reactor.now();
      actor.transport.loseConnection();
      await actor.lost();
      const took = stage.reactor.now() - since;
      expect(took >= 99 && took < 4500, `the connection took ${took} ms to end, not killTimeoutMs`);
      while (backend.held.some((held) => held.startsWith('child'))) await stage.reactor.sleep(5);
      expectSame(backend.signals, ['SIGTERM', 'SIGKILL'], 'the signals');
    },
  );

  suite.addWatched('R56 an abort of the connection sends SIGTERM at once', async (stage, backend) => {
    const actor = new Actor();
    const [command, ...args] = stage.command('idle');
    await stage.reactor.connectProcess(command, args, new SingleClient(actor)).whenConnected();
    actor.transport.abortConnection();
    await actor.lost();
    while (backend.held.some((held) => held.startsWith('child'))) await stage.reactor.sleep(5);
    expectSame(backend.signals, ['SIGTERM'], 'the signals');
  });

  suite.add('R56 a connection to a command that does not exist fails with SpawnError', async (stage) => {
    const connector = stage.reactor.connectProcess('no-such-command', [], new SingleClient(new Actor()));
    const error = await connector.whenConnected().catch((reason: unknown) => reason);
    expect(error instanceof SpawnError, `the error is ${String(error)}`);
  });

  suite.addWatched('R56 an attempt that is cancelled leaves no child', async (stage, backend) => {
    const [command, ...args] = stage.command('idle');
    const connector = stage.reactor.connectProcess(command, args, new SingleClient(new Actor()));
    connector.stopConnecting();
    await connector.whenConnected().catch(() => {});
    await stage.reactor.sleep(50);
    expectSame(
      backend.held.filter((held) => !held.startsWith('alarm')),
      [],
      'what is in use',
    );
  });

  suite.add(
    'R56 a connection is closed when its child has ended, though its protocol would go on writing',
    async (stage) => {
      const actor = new Actor({ eof: () => {} });
      const [command, ...args] = stage.command('fail');
      await stage.reactor.connectProcess(command, args, new SingleClient(actor)).whenConnected();
      expect((await actor.lost()) instanceof ConnectionDone, `the reason is ${actor.reason}`);
      expectSame(actor.log.includes('eof'), true, 'whether the end of the output was told');
    },
  );

  return suite.checks;
}
