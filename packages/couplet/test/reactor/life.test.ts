import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { diagram } from '../../src/machine/diagram.ts';
import { Machine } from '../../src/machine/machine.ts';
import { CannotListenError, ReactorAlreadyRunning, ReactorNotRunning } from '../../src/protocol/errors.ts';
import { Factory } from '../../src/protocol/factory.ts';
import { Protocol } from '../../src/protocol/protocol.ts';
import { REACTOR_LIFE } from '../../src/reactor/life.ts';
import { Reactor } from '../../src/reactor/reactor.ts';
import type { Resolver } from '../../src/seam/backend.ts';
import type { ClockFacet } from '../../src/seam/clock.ts';
import type { Surroundings } from '../../src/seam/surroundings.ts';
import { FakeBackend } from '../fake-backend.ts';

type State = keyof typeof REACTOR_LIFE;
type Event = 'run' | 'stop' | 'signal' | 'drain' | 'drained' | 'ready' | 'ended' | 'over';
/** The new state with what is called; or nothing at all; or an error of the machine. */
type Expected = State | `${State}, ${string}` | 'nothing' | 'impossible';

/** Every pair, written out: the types see to it that none is missing. */
const TABLE: Record<State, Record<Event, Expected>> = {
  idle: {
    run: 'running',
    stop: 'idle, refuseStop',
    signal: 'impossible',
    drain: 'impossible',
    drained: 'impossible',
    ready: 'impossible',
    ended: 'impossible',
    over: 'impossible',
  },
  running: {
    run: 'running, refuseRun',
    stop: 'shuttingDown, shutDown',
    signal: 'shuttingDown, shutDown',
    drain: 'draining',
    drained: 'impossible',
    ready: 'impossible',
    ended: 'impossible',
    over: 'impossible',
  },
  draining: {
    run: 'draining, refuseRun',
    stop: 'shuttingDown, shutDown',
    signal: 'impossible',
    drain: 'impossible',
    drained: 'shuttingDown, shutDown',
    ready: 'impossible',
    ended: 'impossible',
    over: 'impossible',
  },
  shuttingDown: {
    run: 'shuttingDown, refuseRun',
    stop: 'nothing',
    signal: 'shuttingDown, hurry',
    drain: 'impossible',
    drained: 'nothing',
    ready: 'ending, end',
    ended: 'impossible',
    over: 'impossible',
  },
  ending: {
    run: 'ending, refuseRun',
    stop: 'nothing',
    signal: 'ending, cut',
    drain: 'impossible',
    drained: 'nothing',
    ready: 'impossible',
    ended: 'settling',
    over: 'impossible',
  },
  settling: {
    run: 'settling, refuseRun',
    stop: 'nothing',
    signal: 'nothing',
    drain: 'impossible',
    drained: 'nothing',
    ready: 'impossible',
    ended: 'impossible',
    over: 'idle, beginEpoch',
  },
};

/** How to get to each state. */
const WAYS: Record<State, readonly Event[]> = {
  idle: [],
  running: ['run'],
  draining: ['run', 'drain'],
  shuttingDown: ['run', 'stop'],
  ending: ['run', 'signal', 'ready'],
  settling: ['run', 'stop', 'ready', 'ended'],
};

const LIFE = new Machine('the reactor', 'idle', REACTOR_LIFE);
const STATES = Object.keys(TABLE).filter((name): name is State => name in TABLE);
const EVENTS = Object.keys(TABLE.idle).filter((name): name is Event => name in TABLE.idle);

/** A life that only notes what is called, and in which state. */
function noted() {
  const calls: string[] = [];
  const note = (call: string) => (): void => void calls.push(`${life.state}, ${call}`);
  const life = LIFE.start({
    refuseRun: note('refuseRun'),
    refuseStop: note('refuseStop'),
    shutDown: note('shutDown'),
    hurry: note('hurry'),
    end: note('end'),
    cut: note('cut'),
    beginEpoch: note('beginEpoch'),
  });
  return { life, calls };
}

/** What an event does in a state. */
function outcome(state: State, event: Event): string {
  const { life, calls } = noted();
  for (const step of WAYS[state]) life[step]();
  assert.equal(life.state, state);
  calls.length = 0;
  try {
    life[event]();
  } catch (error) {
    assert.match(String(error), new RegExp(`the reactor: the state '${state}' takes no event '${event}'`));
    assert.deepEqual([life.state, calls], [state, []]);
    return 'impossible';
  }
  const ignored = life.state === state && calls.length === 0;
  return ignored ? 'nothing' : (calls[0] ?? life.state);
}

describe('the life of a reactor, pair by pair', () => {
  for (const state of STATES) {
    test(`from ${state}`, () => {
      for (const event of EVENTS) assert.equal(outcome(state, event), TABLE[state][event], `${state} + ${event}`);
    });
  }

  test('the table has no state and no event besides', () => {
    assert.deepEqual(Object.keys(REACTOR_LIFE), STATES);
    for (const row of Object.values(REACTOR_LIFE)) for (const event of Object.keys(row)) assert.ok(event in TABLE.idle);
  });
});

test('the picture in the docs is that of the table', () => {
  const page = readFileSync('docs/architecture.md', 'utf8');
  const picture = diagram(LIFE);
  assert.ok(page.includes(`\`\`\`mermaid\n${picture}\n\`\`\`\n`), picture);
});

/** Finds names when a test says so, and notes the handlers of signals. */
class SlowNames extends FakeBackend {
  /** Ends every lookup that waits. */
  find: () => void = () => {};
  raise: () => void = () => assert.fail('nobody catches signals');

  override readonly clock: ClockFacet = { ...new FakeBackend().clock, yield: (task) => void setImmediate(task) };
  override readonly names: Resolver = {
    resolve: () =>
      new Promise((resolve) => {
        this.find = () => resolve([{ family: 'IPv4', host: '192.0.2.1' }]);
      }),
  };
  override readonly surroundings: Surroundings = {
    ...new FakeBackend().surroundings,
    catchSignals: (_, caught) => {
      this.raise = () => caught('SIGTERM');
      return () => {
        this.raise = () => assert.fail('nobody catches signals');
      };
    },
  };
}

/** Where a reactor is: its five states in order, and the first two of its next life. */
const STOPS = ['idle', 'running', 'shuttingDown', 'ending', 'settling', 'idle again', 'running again'] as const;
type Stop = (typeof STOPS)[number];

/** Leads a reactor through its states, one turn in each. */
async function tour(reactor: Reactor, visit: (stop: Stop) => unknown): Promise<void> {
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const triggers = [
    reactor.addSystemEventTrigger('before', 'shutdown', async () => {
      visit('shuttingDown');
      await turn();
    }),
    reactor.addSystemEventTrigger('during', 'shutdown', () => visit('ending')),
    reactor.addSystemEventTrigger('after', 'shutdown', () => visit('settling')),
  ];
  visit('idle');
  await turn();
  const first = reactor.run();
  visit('running');
  await turn();
  reactor.stop();
  await first;
  for (const trigger of triggers) reactor.removeSystemEventTrigger(trigger);
  visit('idle again');
  await turn();
  const second = reactor.run();
  visit('running again');
  await turn();
  reactor.stop();
  await second;
}

describe('a reactor in each state', () => {
  test('R23 refuses to run twice and to stop when it does not run, and says whether it runs', async () => {
    const reactor = new Reactor(new SlowNames());
    const seen: Partial<Record<Stop, readonly [run: string, stop: string, running: boolean]>> = {};
    const refusals: Promise<void>[] = [];
    await tour(reactor, (stop) => {
      const { running } = reactor;
      let ran = 'resolves';
      let stopped = 'returns';
      // A run that succeeds here would take the place of the tour's own.
      if (running) {
        refusals.push(assert.rejects(reactor.run(), ReactorAlreadyRunning));
        ran = 'rejects';
      } else {
        assert.throws(() => reactor.stop(), ReactorNotRunning);
        stopped = 'throws';
      }
      if (running && !stop.startsWith('running')) reactor.stop();
      seen[stop] = [ran, stopped, running];
    });
    await Promise.all(refusals);
    const idle = ['resolves', 'throws', false];
    const runs = ['rejects', 'returns', true];
    assert.deepEqual(
      STOPS.map((stop) => seen[stop]),
      [idle, runs, runs, runs, runs, idle, runs],
    );
  });

  test('R23 a signal counts in all but the idle ones, where nobody catches it', async () => {
    const backend = new SlowNames();
    const reactor = new Reactor(backend);
    const seen: Stop[] = [];
    await tour(reactor, (stop) => {
      seen.push(stop);
      if (reactor.running && !stop.startsWith('running')) backend.raise();
    });
    assert.deepEqual(seen, STOPS);
    assert.throws(() => backend.raise(), /nobody catches/);
  });
});

/** A port asked for in one state, whose name is found in another: it begins to listen, or why it does not. */
const FOUND: readonly [asked: Stop, found: Stop, outcome: 'begins' | 'is stopping' | 'has stopped'][] = [
  ['idle', 'idle', 'begins'],
  ['idle', 'running', 'begins'],
  ['idle', 'ending', 'is stopping'],
  ['idle', 'running again', 'has stopped'],
  ['running', 'running', 'begins'],
  ['running', 'shuttingDown', 'begins'],
  ['running', 'ending', 'is stopping'],
  ['running', 'settling', 'is stopping'],
  ['running', 'idle again', 'has stopped'],
  ['running', 'running again', 'has stopped'],
  ['shuttingDown', 'shuttingDown', 'begins'],
  ['shuttingDown', 'settling', 'is stopping'],
  ['shuttingDown', 'running again', 'has stopped'],
  ['ending', 'ending', 'is stopping'],
  ['ending', 'idle again', 'has stopped'],
  ['settling', 'settling', 'is stopping'],
  ['settling', 'running again', 'has stopped'],
  ['idle again', 'running again', 'begins'],
];

describe('what was asked for in an epoch that has ended does not begin', () => {
  for (const [asked, found, outcome] of FOUND) {
    test(`R25 a port asked for when ${asked}, whose name is found when ${found}: ${outcome}`, async () => {
      const backend = new SlowNames();
      const reactor = new Reactor(backend);
      const factory = Factory.forProtocol(Protocol);
      let refused: Promise<void> | undefined;
      await tour(reactor, (stop) => {
        if (stop === asked) {
          const message = outcome === 'begins' ? /there is no network/ : new RegExp(`the reactor ${outcome}`);
          const port = reactor.listenTCP(0, factory, { interface: 'slow.test' });
          refused = assert.rejects(port, (error) => error instanceof CannotListenError && message.test(error.message));
        }
        if (stop === found) backend.find();
      });
      await refused;
      assert.equal(backend.listened.length, outcome === 'begins' ? 1 : 0, 'how many ports were opened');
      assert.equal(factory.numPorts, 0, 'how many ports the factory counts');
    });
  }
});
