import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Factory } from 'couplet';
import { Filter, guard, limitConnections, PortStopped, Refused, type Verdict } from 'couplet/policies';
import { Recorders } from '../policies/recorder.ts';
import { House } from '../policies/visit.ts';

const ERROR: Error = new Error('the ledger is gone');

/** A filter of a user's own, which throws when it is told that its connection is gone. */
class Faulty extends Filter {
  override onClosed(): void {
    throw ERROR;
  }
}

/** Builds a protocol, or null. */
class Picky extends Recorders {
  builds = false;

  override buildProtocol(): ReturnType<Recorders['buildProtocol']> {
    return this.builds ? super.buildProtocol() : null;
  }
}

/** A limit of one, the faulty filter above it, and then the factory. */
function behindLimit(factory: Factory): House {
  return new House(limitConnections(guard(factory, { filter: (wire) => new Faulty(wire) }), { max: 1 }));
}

/** Expects that one connection was refused for that reason, and that the error was reported once. */
function expectRefusal({ reasons, reports }: House, name: string): void {
  assert.deepEqual(
    [reasons.map((reason) => reason.name), reports.map(({ where, error }) => [where, error])],
    [[name], [['onClosed', ERROR]]],
  );
}

/** What was resolved by now has its effect. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('a filter that throws when it is abandoned', () => {
  test('R8 R42 does not keep the slots of those below: buildProtocol returns null', () => {
    const factory = new Picky();
    const house = behindLimit(factory);
    house.accept();
    expectRefusal(house, 'NoProtocolBuilt');
    factory.builds = true;
    assert.equal(house.accept().admitted, true);
  });

  test('R8 R42 nor if the factory refuses, whose reason is told', () => {
    const factory = new Recorders();
    factory.admit = () => new Refused();
    const house = behindLimit(factory);
    house.accept();
    expectRefusal(house, 'NotAllowed');
    factory.admit = () => undefined;
    assert.equal(house.accept().admitted, true);
  });

  test('R8 R42 nor if the factory throws, which is reported as well', () => {
    const factory = new Recorders();
    factory.admit = () => {
      throw new RangeError('admit');
    };
    const house = behindLimit(factory);
    house.accept();
    assert.deepEqual(
      [house.reasons.map(({ name }) => name), house.reports.map(({ where }) => where)],
      [['RangeError'], ['onClosed', 'admit']],
    );
    factory.admit = () => undefined;
    assert.equal(house.accept().admitted, true);
  });

  test('R8 R42 nor if the wait for a verdict is over, and the signal aborts', () => {
    const factory = new Recorders();
    factory.admit = () => new Promise(() => {});
    const house = behindLimit(factory);
    house.accept().cut();
    expectRefusal(house, 'PeerGone');
    assert.equal(house.engine.live.empty, true);
    factory.admit = () => undefined;
    assert.equal(house.accept().admitted, true);
  });

  for (const guarded of [true, false]) {
    test(`R8 is reported if it was a verdict that came too late${guarded ? ', of a policy' : ''}`, async () => {
      let answer: (verdict: Verdict) => void = () => {};
      const verdict = new Promise<Verdict>((resolve) => {
        answer = resolve;
      });
      const recorders = new Recorders();
      if (!guarded) recorders.admit = () => verdict;
      const house = new House(guarded ? guard(recorders, { filter: () => verdict }) : recorders);
      const visit = house.accept();
      house.admission.stop(new PortStopped('stopped'));
      answer(new Faulty(visit));
      await settled();
      expectRefusal(house, 'PortStopped');
    });
  }

  test('R8 R48 is reported if the port stopped while its policy was asked', () => {
    const house = new House(
      guard(new Recorders(), {
        filter: (wire) => {
          house.admission.stop(new PortStopped('stopped'));
          return new Faulty(wire);
        },
      }),
    );
    house.accept();
    expectRefusal(house, 'PortStopped');
  });
});
