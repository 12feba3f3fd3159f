import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Factory, open } from 'couplet';
import { throttle } from 'couplet/policies';
import { TextLineReceiver } from 'couplet/protocols';
import { simulate } from 'couplet/sim';

const PORT = 8007;
const RATE = 50;
const BURST = 5;

/** Writes down when each line came, and answers at the end of the input. */
class Counting extends TextLineReceiver<Counts> {
  readonly times: number[] = [];
  override lineReceived(line: string): void {
    assert.equal(line, `line ${this.times.length}`);
    this.times.push(this.transport.clock.now());
  }
  override readConnectionLost(): void {
    this.sendLine(`${this.times.length}`);
    this.transport.loseConnection();
  }
  override connectionLost(): void {
    this.factory.ended.push(this.times);
  }
}

class Counts extends Factory {
  override protocol = Counting;
  readonly ended: number[][] = [];
}

describe('R64 messages at a rate, over a simulated network', () => {
  for (const profile of ['calm', 'rough'] as const) {
    test(`R64 ${profile}: in order, within the rate, and none is lost before the end of the input`, async () => {
      let whole = 0;
      await simulate({ seeds: 60, profile }, async (world) => {
        const counts = new Counts();
        const bounded = throttle(counts, { messagesPerSecond: RATE, burstMessages: BURST });
        await world.host('server').run(async (reactor) => void (await reactor.listenTCP(PORT, bounded)));
        const { reactor } = world.host('client');
        const count = Math.floor(world.dice.between(1, 120));
        const answer = await (async () => {
          await using connection = await open(`tcp:server:${PORT}`, { reactor });
          for (let at = 0; at < count; at += 1) {
            if (!(await connection.write(`line ${at}\r\n`))) return undefined;
            if (world.dice.random() < 0.1) await world.sleep(world.dice.between(0, 200));
          }
          connection.end();
          return (await connection.lines().next()).value;
        })().catch(() => undefined);
        if (answer !== undefined) {
          assert.equal(answer, `${count}`);
          whole += 1;
        }
        while (answer !== undefined && counts.ended.length === 0) await world.sleep(100);
        for (const times of counts.ended) {
          for (const [from, first] of times.entries()) {
            for (let to = from; to < times.length; to += 1) {
              const most = BURST + 2 + (RATE * ((times[to] ?? 0) - first)) / 1000;
              assert.ok(to - from + 1 <= most, `${to - from + 1} lines in ${(times[to] ?? 0) - first} ms`);
            }
          }
        }
      });
      assert.ok(whole > 20, `${whole} were whole`);
    });
  }
});
