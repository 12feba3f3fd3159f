import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Factory } from 'couplet';
import type { AdmissionWait, Policy, Verdict } from 'couplet/policies';
import { AdmissionError, Filter, guard, LedgerAway, limitConnections, PortStopped, Refused } from 'couplet/policies';
import type { ConnectionOptions } from '../../src/protocol/options.ts';
import type { Protocol } from '../../src/protocol/protocol.ts';
import type { Cause } from '../../src/seam/cause.ts';
import type { Wire } from '../../src/seam/wire.ts';
import { Recorders } from '../policies/recorder.ts';
import { House, LOCAL, type Visit } from '../policies/visit.ts';

const TIMEOUT_MS = 5000;

/** A policy whose verdicts the test gives. */
class Ledger implements Policy {
  readonly waits: AdmissionWait[] = [];
  readonly #wires: Wire[] = [];
  readonly #answers: { resolve(verdict: Verdict): void; reject(error: unknown): void }[] = [];
  /** How many of its filters are open. */
  open = 0;

  filter(wire: Wire, _clock: unknown, wait: AdmissionWait): Promise<Verdict> {
    this.#wires.push(wire);
    this.waits.push(wait);
    return new Promise((resolve, reject) => this.#answers.push({ resolve, reject }));
  }

  async answer(at: number, verdict: Verdict): Promise<void> {
    this.#answers[at]?.resolve(verdict);
    await settled();
  }

  async fail(at: number, error: unknown): Promise<void> {
    this.#answers[at]?.reject(error);
    await settled();
  }

  /** A filter for that wire, which counts itself. */
  lease(at: number): Filter {
    const wire = this.#wires[at];
    assert.ok(wire !== undefined);
    this.open += 1;
    const returned = (): void => {
      this.open -= 1;
    };
    return new (class extends Filter {
      override onClosed(cause: Cause): void {
        super.onClosed(cause);
        returned();
      }
    })(wire);
  }
}

/** What was resolved by now has its effect. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A port whose verdicts are late, and what it told. */
function open(options: ConnectionOptions = {}): { ledger: Ledger; house: House; recorders: Recorders } {
  const ledger = new Ledger();
  const recorders = new Recorders();
  return { ledger, recorders, house: new House(guard(recorders, ledger), options) };
}

function codes({ reasons }: House): unknown[] {
  return reasons.map((reason) => ('code' in reason ? reason.code : reason.message));
}

describe('a verdict that comes later', () => {
  test('R48 a verdict may come later: until then nothing is read, and then it is a connection', async () => {
    const { ledger, house, recorders } = open();
    const visit = house.accept();
    assert.deepEqual([visit.calls, visit.admitted, recorders.made.length], [['pause'], false, 0]);
    house.pass(TIMEOUT_MS - 1);
    await ledger.answer(0, ledger.lease(0));
    assert.deepEqual([visit.calls, recorders.made.length, house.backend.alarmAt], [['pause', 'resume'], 1, undefined]);
    visit.send('hello');
    assert.equal(recorders.last.received, 'hello');
    assert.deepEqual([ledger.open, house.admission.connections.size], [1, 1]);
    visit.cut();
    assert.deepEqual([ledger.open, house.admission.connections.size, house.engine.live.empty], [0, 0, true]);
    assert.deepEqual([recorders.last.reason?.name, house.reasons], ['ConnectionLost', []]);
  });

  test('R48 a verdict of nothing admits it as it is', async () => {
    const { ledger, house, recorders } = open();
    const visit = house.accept();
    await ledger.answer(0, undefined);
    visit.send('hello');
    visit.drain();
    assert.equal(recorders.last.received, 'hello');
    visit.cut();
    assert.equal(house.engine.live.empty, true);
  });

  test('R48 who waits too long is refused, and the signal says so', async () => {
    const { ledger, house, recorders } = open({ admissionTimeoutMs: 100 });
    const visit = house.accept();
    const { signal } = ledger.waits[0] ?? {};
    house.pass(99);
    assert.deepEqual([visit.calls, signal?.aborted], [['pause'], false]);
    house.pass(1);
    assert.deepEqual([visit.calls, signal?.aborted], [['pause', 'close'], true]);
    assert.deepEqual([codes(house), signal?.reason === house.reasons[0]], [['COUPLET_ADMISSION_TIMEOUT'], true]);
    visit.settle();
    assert.deepEqual([house.engine.live.empty, house.reasons.length, recorders.made.length], [true, 1, 0]);
  });

  test('R48 a verdict that comes too late is abandoned, whether a policy gives it or the factory', async () => {
    for (const end of ['late', 'stop', 'closed'] as const) {
      for (const giver of ['policy', 'factory'] as const) {
        const ledger = new Ledger();
        const recorders = new Recorders();
        if (giver === 'factory') recorders.admit = (...asked) => ledger.filter(...asked);
        const house = new House(giver === 'factory' ? recorders : guard(recorders, ledger));
        const visit = house.accept();
        if (end === 'late') house.pass(TIMEOUT_MS);
        else if (end === 'stop') house.admission.stop(new PortStopped('stopped'));
        else visit.cut();
        await ledger.answer(0, ledger.lease(0));
        assert.deepEqual([ledger.open, recorders.made.length, house.reasons.length], [0, 0, 1], `${end}, ${giver}`);
        visit.settle();
        assert.deepEqual([house.engine.live.empty, house.reports], [true, []], `${end}, ${giver}`);
      }
    }
  });

  test('R48 an error that comes too late is nobody’s', async () => {
    const { ledger, house } = open();
    house.accept().cut();
    await ledger.fail(0, new Error('the signal was aborted'));
    assert.deepEqual([house.reports, codes(house)], [[], ['COUPLET_PEER_GONE']]);
  });

  test('R8 an error in time is reported, and is the reason', async () => {
    const { ledger, house } = open();
    const visit = house.accept();
    const away = new LedgerAway('no answer');
    await ledger.fail(0, away);
    assert.deepEqual(
      house.reports.map(({ who, where, error }) => [who, where, error]),
      [['Recorders for 192.0.2.1:4321', 'admit', away]],
    );
    assert.deepEqual([house.reasons, visit.calls], [[away], ['pause', 'close']]);
  });

  test('R8 a verdict that is none is reported, and refuses', async () => {
    const { ledger, house } = open();
    house.accept();
    await ledger.answer(0, Object(5));
    assert.match(String(house.reports[0]?.error), /^TypeError: admit returned/);
    assert.equal(house.reasons.length, 1);
  });

  test('R42 who is turned away gets the message, though it has sent something', async () => {
    const { ledger, house } = open();
    const visit = house.accept();
    await ledger.answer(0, new Refused('full\n'));
    assert.deepEqual(
      [String(visit.output), visit.calls, codes(house)],
      ['full\n', ['pause', 'resume', 'end'], ['COUPLET_NOT_ALLOWED']],
    );
    house.turn();
    house.turn();
    assert.equal(visit.calls.at(-1), 'close');
    visit.settle();
    assert.deepEqual([house.engine.live.empty, house.reasons.length], [true, 1]);
  });

  test('R48 maxWaiting is exact, and a verdict makes room', async () => {
    const { ledger, house } = open({ maxWaiting: 2 });
    const [first] = [house.accept(), house.accept()];
    const third = house.accept();
    assert.deepEqual([codes(house), third.calls], [['COUPLET_ADMISSION_QUEUE_FULL'], ['pause', 'close']]);
    assert.equal(ledger.waits[2]?.signal.aborted, true);
    await ledger.answer(0, undefined);
    house.accept();
    assert.equal(house.reasons.length, 1);
    first?.cut();
    await ledger.answer(2, undefined);
    assert.equal(third.admitted, false);
  });
});

describe('the wait of a policy', () => {
  /** A factory that never answers, behind a limit of one. */
  function behindLimit(): { house: House; silent: Factory } {
    const silent = new Factory();
    silent.admit = () => new Promise(() => {});
    return { silent, house: new House(limitConnections(silent, { max: 1 })) };
  }

  for (const [how, end] of [
    ['once the peer has gone', (_house: House, visit: Visit) => visit.cut()],
    ['once its time is up', (house: House) => house.pass(TIMEOUT_MS)],
  ] as const) {
    test(`R48 a promise that never settles holds no slot ${how}`, () => {
      const { house, silent } = behindLimit();
      const visit = house.accept();
      assert.equal(house.accept().admitted, false);
      assert.deepEqual(codes(house), ['COUPLET_CONNECTION_LIMIT']);
      end(house, visit);
      assert.equal(house.reasons.length, 2);
      silent.admit = () => undefined;
      silent.buildProtocol = Recorders.prototype.buildProtocol.bind(new Recorders()) as () => Protocol;
      assert.equal(house.accept().admitted, true);
    });
  }

  test('R48 nor does it when its port has stopped, and who comes then is refused', () => {
    const { house, silent } = behindLimit();
    house.accept();
    house.admission.stop(new PortStopped('stopped'));
    assert.deepEqual(codes(house), ['COUPLET_PORT_STOPPED']);
    house.accept();
    assert.deepEqual(codes(house), ['COUPLET_PORT_STOPPED', 'COUPLET_PORT_STOPPED']);
    const other = new House(limitConnections(silent, { max: 1 }));
    other.accept();
    assert.deepEqual(codes(other), []);
  });

  test('R48 nor does it when asking for it has ended the wait', async () => {
    const silent = new Factory();
    let asked: () => void = () => {};
    silent.admit = () => {
      asked();
      return new Promise(() => {});
    };
    const limited = limitConnections(silent, { max: 1 });
    const house = new House(guard(limited, { filter: () => Promise.resolve(undefined) }));
    asked = () => house.admission.stop(new PortStopped('stopped'));
    house.accept();
    await settled();
    assert.deepEqual(codes(house), ['COUPLET_PORT_STOPPED']);
    asked = () => {};
    const other = new House(limited);
    other.accept();
    assert.deepEqual(codes(other), []);
  });

  test('R48 policies on both sides of a late one are let go once, whichever answers', async () => {
    const ledger = new Ledger();
    const recorders = new Recorders();
    const inner = limitConnections(recorders, { max: 1 });
    const house = new House(limitConnections(guard(inner, ledger), { max: 2 }));
    const visits = [house.accept(), house.accept()];
    for (const at of visits.keys()) await ledger.answer(at, ledger.lease(at));
    // The inner limit has refused the second.
    assert.deepEqual([codes(house), ledger.open, recorders.made.length], [['COUPLET_CONNECTION_LIMIT'], 1, 1]);
    visits[0]?.cut();
    assert.equal(ledger.open, 0);
    house.accept();
    house.accept();
    assert.equal(ledger.waits.length, 4, 'the outer limit has all its slots again');
  });

  test('R48 its signal is made when it is asked for, and a wait that nobody has serves the next', () => {
    const waits: AdmissionWait[] = [];
    const factory = new Recorders();
    let reads = false;
    factory.admit = (_wire, _clock, wait) => {
      waits.push(wait);
      if (reads) assert.equal(wait.signal.aborted, false);
      return undefined;
    };
    const house = new House(factory);
    house.accept();
    house.accept();
    reads = true;
    house.accept();
    house.accept();
    assert.deepEqual([waits[0] === waits[1], waits[1] === waits[2], waits[2] === waits[3]], [true, true, false]);
  });
});

describe('the connections of a port', () => {
  test('R48 all are visited, though some go meanwhile', () => {
    const house = new House(new Recorders());
    const visits = [house.accept(), house.accept(), house.accept()];
    let seen = 0;
    for (const _ of house.admission.connections) {
      seen += 1;
      for (const visit of visits) visit.cut();
    }
    assert.deepEqual([seen, house.admission.connections.size], [3, 0]);
  });
});

describe('a refusal', () => {
  test('R45 who is refused at once is told of once', () => {
    const house = new House(limitConnections(new Recorders(), { max: 1 }));
    house.accept();
    const refused = house.accept();
    assert.deepEqual([codes(house), refused.sink, refused.calls], [['COUPLET_CONNECTION_LIMIT'], null, []]);
  });

  test('R45 who is turned away with a message is told of once', () => {
    for (const end of ['cut', 'settle'] as const) {
      const house = new House(limitConnections(new Recorders(), { max: 1, message: 'full\n' }));
      house.accept();
      const refused = house.accept();
      assert.equal(house.reasons.length, 1);
      if (end === 'settle') for (const _ of [1, 2]) house.turn();
      refused[end]();
      assert.deepEqual(codes(house), ['COUPLET_CONNECTION_LIMIT']);
      house.turn();
      house.turn();
      assert.equal(house.reasons.length, 1);
    }
  });

  test('R42 a message that the kernel does not take is given up after admissionTimeoutMs', () => {
    const house = new House(limitConnections(new Recorders(), { max: 1, message: 'full\n' }), {
      admissionTimeoutMs: 50,
    });
    house.accept();
    const refused = house.accept(LOCAL, [false]);
    house.pass(49);
    assert.deepEqual(refused.calls, []);
    house.pass(1);
    assert.deepEqual([refused.calls, codes(house)], [['close'], ['COUPLET_CONNECTION_LIMIT']]);
  });

  test('R48 a port that stops refuses whoever waits, in the same turn', () => {
    const { house } = open();
    const visits = [house.accept(), house.accept(), house.accept()];
    house.admission.stop(new PortStopped('stopped'));
    assert.deepEqual(codes(house), Array(3).fill('COUPLET_PORT_STOPPED'));
    for (const visit of visits) {
      assert.deepEqual(visit.calls, ['pause', 'close']);
      visit.settle();
    }
    assert.equal(house.engine.live.empty, true);
  });

  test('R48 an admit that stops the port is followed by no buildProtocol', () => {
    const recorders = new Recorders();
    const house = new House(limitConnections(recorders, { max: 1 }));
    recorders.admit = () => {
      house.admission.stop(new PortStopped('stopped'));
      return undefined;
    };
    assert.equal(house.accept().admitted, false);
    assert.deepEqual([codes(house), recorders.made.length], [['COUPLET_PORT_STOPPED'], 0]);
  });

  test('R45 a reason of one’s own is told as it is', () => {
    class Banned extends AdmissionError {
      override readonly code = 'EXAMPLE_BANNED';
    }
    const banned = new Banned('for a week');
    const house = new House(guard(new Recorders(), { filter: () => new Refused('', banned) }));
    house.accept();
    assert.deepEqual(house.reasons, [banned]);
  });

  test('R45 a reason that cannot be counted is none, and refuses as an error', () => {
    class Bare extends AdmissionError {
      declare readonly code: string;
    }
    for (const reason of [new Bare('no code'), new Error('no code'), 'no reason', null]) {
      const house = new House(guard(new Recorders(), { filter: () => new Refused('', reason as never) }));
      house.accept();
      assert.equal(house.reasons.length, 1);
      assert.match(String(house.reports[0]?.error), /^TypeError: reason is .*, not an AdmissionError with a code$/);
    }
  });
});
