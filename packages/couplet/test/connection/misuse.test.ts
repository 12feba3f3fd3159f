import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ClientTLS, Protocol } from 'couplet';
import { Line } from '../line.ts';

/** Remembers why it ended. */
class Ending extends Protocol {
  reason: Error | undefined;
  override connectionLost(reason: Error): void {
    this.reason = reason;
  }
}

describe('R37 startTLS that throws takes nothing', () => {
  const client = new ClientTLS({ verify: false });
  const held = (take: () => unknown): Line<Protocol> => {
    const protocol = new Protocol();
    protocol.takeUnread = () => Object(take());
    return new Line(protocol);
  };
  const misuses: readonly [name: string, start: () => [line: Line<Protocol>, call: () => void]][] = [
    [
      'unread that is a string',
      () => {
        const line = new Line(new Protocol());
        return [line, () => Reflect.apply(line.inlet.transport.startTLS, line.inlet.transport, [client, 'unread'])];
      },
    ],
    [
      'a takeUnread that throws',
      () => {
        const line = held(() => {
          throw new TypeError('nothing to take');
        });
        return [line, () => line.inlet.transport.startTLS(client)];
      },
    ],
    [
      'a takeUnread that gives no bytes',
      () => {
        const line = held(() => [1, 2]);
        return [line, () => line.inlet.transport.startTLS(client)];
      },
    ],
    [
      'a client that does not say whom it wants to verify',
      () => {
        const line = new Line(new Protocol());
        return [line, () => line.inlet.transport.startTLS(new ClientTLS())];
      },
    ],
  ];
  for (const [name, start] of misuses) {
    test(`for ${name}`, async () => {
      const [line, call] = start();
      const { transport } = line.inlet;
      assert.throws(call, TypeError);
      assert.equal(line.backend.alarmAt, undefined);
      transport.write('in clear');
      await line.settle();
      line.backend.advance(60_000);
      await line.settle();
      assert.equal(String(line.wire.output), 'in clear');
      assert.deepEqual(line.wire.calls, []);
      assert.equal(transport.disconnecting, false);
      line.inlet.takeUnread = () => Buffer.alloc(0);
      transport.startTLS(client);
      assert.deepEqual(line.wire.calls, ['pause']);
    });
  }
});

describe('R8 a wire of the application that throws', () => {
  for (const method of ['write', 'resume', 'end'] as const) {
    test(`in ${method} ends that connection, and the others have their turn`, async () => {
      const slip = new Error('a slip');
      const bad = new Line(new Ending());
      const good = new Line(new Ending());
      bad.wire[method] = () => {
        throw slip;
      };
      bad.engine.run(() => {
        bad.inlet.transport.pauseProducing();
        bad.inlet.transport.resumeProducing();
        bad.inlet.transport.write('a');
        if (method === 'end') bad.inlet.transport.loseWriteConnection();
      });
      good.inlet.transport.write('b');
      await good.settle();
      assert.equal(String(good.wire.output), 'b');
      assert.deepEqual(
        bad.reports.map(({ error }) => error),
        [slip],
      );
      assert.deepEqual(bad.wire.calls.at(-1), 'abort');
      bad.cut('done');
      assert.equal(bad.inlet.reason, slip);
    });
  }
});
