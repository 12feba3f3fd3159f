import type { Actor } from '../actor.ts';
import { dam } from '../blocked-server.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { deaf } from '../parts.ts';
import type { BackendUnderTest } from '../stage.ts';
import { Suite } from '../suite.ts';

const HIGH = 64 * 1024;
const LOW = 16 * 1024;

/** R11: what a protocol without a producer is told about the room to write. */
export function roomChecks(underTest: BackendUnderTest): Check[] {
  const suite = new Suite(underTest);
  addRoom(suite);
  return suite.checks;
}

function addRoom(suite: Suite): void {
  suite.addValved('R11 write returns false above 64 KiB, and true at or under it', async (stage, valves) => {
    const { server, wire } = await dam(stage, valves);
    const { transport } = server;
    const results = [transport.write(Buffer.alloc(HIGH)), transport.write('!'), transport.write('')];
    await stage.pass(1);
    wire.open();
    await transport.drained();
    results.push(transport.write('!'));
    expectSame(results, [true, false, false, true], 'what write returned');
  });

  suite.addValved('R11 drained resolves to true at 16 KiB', async (stage, valves) => {
    const { server, wire } = await dam(stage, valves);
    const order: string[] = [];
    server.transport.write(Buffer.alloc(HIGH - LOW));
    server.transport.write(Buffer.alloc(LOW + 1));
    const drained = server.transport.drained().then((room) => order.push(`drained: ${room}`));
    await stage.pass(1);
    await wire.pass();
    await stage.pass(5);
    order.push('open');
    wire.open();
    await drained;
    expectSame(order, ['open', 'drained: true'], 'the order');
  });

  suite.addValved('R11 drained resolves to true at exactly the marks', async (stage, valves) => {
    const { server, wire } = await dam(stage, valves);
    server.transport.write(Buffer.alloc(HIGH - LOW));
    server.transport.write(Buffer.alloc(LOW));
    expectSame(await server.transport.drained(), true, 'what drained resolves to at 64 KiB');
    wire.open();
    await stage.pass(5);
    wire.shut();
    server.transport.write(Buffer.alloc(HIGH - LOW + 1));
    server.transport.write(Buffer.alloc(LOW));
    const drained = server.transport.drained();
    await stage.pass(1);
    await wire.pass();
    expectSame(wire.held, LOW, 'how many bytes are unsent');
    expectSame(await drained, true, 'what drained resolves to');
  });

  suite.addValved(
    'R11 drained, asked in time, resolves to false when nothing can be written any more',
    async (stage, valves) => {
      const { server, wire } = await dam(stage, valves);
      server.transport.unregisterProducer();
      server.transport.write(Buffer.alloc(2 * HIGH));
      const drained = server.transport.drained();
      server.transport.loseConnection();
      await stage.pass(1);
      wire.open();
      expectSame(await drained, false, 'what drained resolves to');
    },
  );

  for (const [name, leave] of [
    ['loseConnection', ({ transport }) => transport.loseConnection()],
    ['loseWriteConnection', ({ transport }) => transport.loseWriteConnection()],
    ['abortConnection', ({ transport }) => transport.abortConnection()],
  ] as const satisfies readonly [string, (actor: Actor) => void][]) {
    // A loop that writes as long as there is room would spin for ever on promises that are kept already.
    suite.add(`R11 drained resolves to false, in the end, when nothing can be written after ${name}`, async (stage) => {
      const { server, client } = await stage.pair({}, { eof: ({ transport }) => transport.loseConnection() });
      server.transport.write('last words');
      leave(server);
      let rounds = 0;
      while (await server.transport.drained()) {
        rounds += 1;
        expect(rounds < 3, `drained resolved to true three times after ${name}`);
      }
      await Promise.all([server.lost(), client.lost()]);
    });
  }

  suite.add('R11 drained resolves to false once the connection is gone', async (stage) => {
    const { server, client } = await stage.pair({}, deaf);
    server.transport.write(Buffer.alloc(50_000_000));
    const drained = server.transport.drained();
    server.transport.abortConnection();
    expectSame(await drained, false, 'what drained resolves to');
    await server.lost();
    expectSame(await server.transport.drained(), false, 'what drained resolves to later');
    client.transport.resumeProducing();
    await client.lost();
  });
}
