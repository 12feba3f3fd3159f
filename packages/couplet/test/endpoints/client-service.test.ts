import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { ConnectionLost, UserAbortError } from 'couplet';
import { ServiceStopped } from 'couplet/endpoints';
import { diagram } from 'couplet/protocols';
import { SERVICE_LIFE } from '../../src/endpoints/service-life.ts';
import { settled, Tended } from '../tended.ts';

/** The name of the option, for values that types forbid. */
const POLICY: string = 'retryPolicy';

const NOTHING = { running: true, attempt: 'none', connection: 'none', ready: false, waits: 0 };

/** What each state looks like, and how a service gets there. What stops has something left of an attempt or a connection. */
const STATES = {
  stopped: { look: { ...NOTHING, running: false }, way: [] },
  connecting: { look: { ...NOTHING, attempt: 'goes on' }, way: ['start'] },
  preparing: { look: { ...NOTHING, connection: 'open' }, way: ['start', 'accept'] },
  connected: { look: { ...NOTHING, connection: 'open', ready: true }, way: ['start', 'accept', 'prepare'] },
  dropping: { look: { ...NOTHING, connection: 'closing' }, way: ['start', 'accept', 'spoil'] },
  waiting: { look: { ...NOTHING, waits: 1 }, way: ['start', 'fail'] },
  'stopping an attempt': { look: { ...NOTHING, running: false, attempt: 'cancelled' }, way: ['start', 'stop'] },
  'stopping a connection': {
    look: { ...NOTHING, running: false, connection: 'closing' },
    way: ['start', 'accept', 'stop'],
  },
  'restarting after an attempt': { look: { ...NOTHING, attempt: 'cancelled' }, way: ['start', 'stop', 'start'] },
  'restarting after a connection': {
    look: { ...NOTHING, connection: 'closing' },
    way: ['start', 'accept', 'stop', 'start'],
  },
} as const;

const EVENTS = {
  start: ({ service }: Tended): void => service.startService(),
  stop: ({ service }: Tended): unknown => service.stopService(),
  accept: ({ endpoint }: Tended): void => endpoint.accept(),
  fail: ({ endpoint }: Tended): void => endpoint.fail(),
  abort: ({ endpoint }: Tended): void => endpoint.fail(new UserAbortError('somebody else cancelled it')),
  prepare: ({ prepared }: Tended): void => prepared(),
  spoil: ({ unfit }: Tended): void => unfit(new ConnectionLost('the login failed')),
  lose: ({ endpoint }: Tended): void => endpoint.lose(),
  due: ({ endpoint }: Tended): void => endpoint.clock.advance(60_000),
} as const;

type State = keyof typeof STATES;

/** Where each thing that can happen leads. `start` of a service that runs throws. */
const LEADS: Record<State, Partial<Record<keyof typeof EVENTS, State>>> = {
  stopped: { start: 'connecting', stop: 'stopped' },
  connecting: { stop: 'stopping an attempt', accept: 'preparing', fail: 'waiting', abort: 'stopped' },
  preparing: { stop: 'stopping a connection', prepare: 'connected', spoil: 'dropping', lose: 'waiting' },
  connected: { stop: 'stopping a connection', lose: 'waiting' },
  dropping: { stop: 'stopping a connection', lose: 'waiting' },
  waiting: { stop: 'stopped', due: 'connecting' },
  'stopping an attempt': {
    start: 'restarting after an attempt',
    stop: 'stopping an attempt',
    accept: 'stopping a connection',
    fail: 'stopped',
    abort: 'stopped',
  },
  'stopping a connection': {
    start: 'restarting after a connection',
    stop: 'stopping a connection',
    prepare: 'stopping a connection',
    spoil: 'stopping a connection',
    lose: 'stopped',
  },
  'restarting after an attempt': {
    stop: 'stopping an attempt',
    accept: 'restarting after a connection',
    fail: 'connecting',
    abort: 'connecting',
  },
  'restarting after a connection': {
    stop: 'stopping a connection',
    prepare: 'restarting after a connection',
    spoil: 'restarting after a connection',
    lose: 'connecting',
  },
};

const names = Object.keys(STATES) as State[];

/** A service in that state. */
async function serviceIn(state: State): Promise<Tended> {
  const tended = new Tended();
  for (const event of STATES[state].way) {
    EVENTS[event](tended);
    await settled();
  }
  return tended;
}

describe('ClientService: every state, and what may happen in it', () => {
  for (const state of names) {
    test(state, async () => {
      assert.deepEqual(await (await serviceIn(state)).seen(), STATES[state].look);
      for (const event of Object.keys(EVENTS) as (keyof typeof EVENTS)[]) {
        const to = LEADS[state][event];
        const tended = await serviceIn(state);
        if (to === undefined) {
          if (event !== 'start') continue;
          const [name = ''] = state.split(' ');
          assert.throws(() => tended.service.startService(), {
            message: `ClientService: the state '${name}' takes no event 'start'`,
          });
          assert.deepEqual(await tended.seen(), STATES[state].look, 'a start too many');
          continue;
        }
        EVENTS[event](tended);
        await settled();
        assert.deepEqual(await tended.seen(), STATES[to].look, `${event}, to ${to}`);
      }
    });

    test(`${state}: a stop resolves when nothing is left`, async () => {
      const { service, endpoint } = await serviceIn(state);
      let stopped = 0;
      const stops = [service.stopService(), service[Symbol.asyncDispose]()];
      for (const stop of stops) void stop.then(() => (stopped += 1));
      const waits = service.whenConnected();
      await assert.rejects(waits, ServiceStopped);
      if (endpoint.connecting || endpoint.transport !== undefined) assert.equal(stopped, 0);
      if (endpoint.connecting) endpoint.fail(new UserAbortError('cancelled'));
      if (endpoint.transport !== undefined) endpoint.lose();
      await Promise.all(stops);
      assert.equal(service.running, false);
      endpoint.clock.advance(1_000_000);
      assert.ok(!endpoint.connecting);
    });
  }

  test('has the picture of its life in its page', () => {
    const page = readFileSync('docs/client-service.md', 'utf8');
    const picture = diagram({ initial: 'stopped', states: SERVICE_LIFE });
    assert.ok(page.includes(`\`\`\`mermaid\n${picture}\n\`\`\`\n`), picture);
  });
});

describe('ClientService: the waits', () => {
  test('R58 are those of ReconnectingClientFactory, and begin anew after a connection that lasted', async () => {
    const tended = new Tended();
    const { service, endpoint } = tended;
    service.startService();
    for (const ms of [1000, 1500, 2250]) {
      endpoint.fail();
      await settled();
      endpoint.clock.advance(ms);
    }
    assert.deepEqual(endpoint.began, [0, 1000, 2500, 4750]);
    await tended.accept();
    endpoint.lose();
    tended.prepared(); // too late
    await settled();
    assert.deepEqual(tended.failures.at(-1)?.slice(1), [4, 3375]);
    endpoint.clock.advance(3375);
    await tended.connect();
    const reason = new ConnectionLost('cut');
    // It lived as long as the last wait.
    endpoint.clock.advance(3375);
    endpoint.lose(reason);
    assert.deepEqual(tended.failures.at(-1), [reason, 0, 1000]);
    endpoint.clock.advance(1000);
    endpoint.fail();
    await settled();
    assert.deepEqual(tended.failures.at(-1)?.slice(1), [1, 1500]);
  });

  test('R58 F44 grow while connections end sooner than the last wait could have been long', async () => {
    const tended = new Tended();
    const { endpoint, failures } = tended;
    const lose = async (livedMs: number): Promise<unknown[]> => {
      await tended.connect();
      endpoint.clock.advance(livedMs);
      endpoint.lose();
      const [, ...told] = failures.at(-1) ?? [];
      endpoint.clock.advance(Number(told[1]));
      return told;
    };
    // There was no wait yet.
    assert.deepEqual(await lose(0), [0, 1000]);
    assert.deepEqual(await lose(999), [1, 1500]);
    assert.deepEqual(await lose(1499), [2, 2250]);
    assert.deepEqual(await lose(2250), [0, 1000]);
    assert.deepEqual(await lose(0), [1, 1500]);
  });

  test('R58 F44 the bound counts, and not the part of it that was waited', async () => {
    const tended = new Tended({ jitter: 'full' });
    await tended.connect();
    tended.endpoint.lose();
    const [, , wait] = tended.failures.at(-1) ?? [];
    assert.ok(typeof wait === 'number' && wait < 1000);
    tended.endpoint.clock.advance(wait);
    await tended.connect();
    tended.endpoint.clock.advance(999);
    tended.endpoint.lose();
    assert.equal(tended.failures.at(-1)?.[1], 1);
  });

  test('R58 retryPolicy says how long they are, and is asked with the failures', async () => {
    const asked: number[] = [];
    const tended = new Tended({
      jitter: 'full',
      retryPolicy: (failures) => {
        asked.push(failures);
        return 100 * failures;
      },
    });
    const { endpoint, failures } = tended;
    tended.service.startService();
    for (const ms of [100, 200, 300]) {
      endpoint.fail();
      await settled();
      assert.equal(failures.at(-1)?.[2], ms);
      endpoint.clock.advance(ms);
    }
    await tended.connect();
    endpoint.clock.advance(299);
    endpoint.lose();
    assert.deepEqual(failures.at(-1)?.slice(1), [4, 400]);
    endpoint.clock.advance(400);
    await tended.connect();
    endpoint.clock.advance(400);
    endpoint.lose();
    assert.deepEqual(failures.at(-1)?.slice(1), [0, 0]);
    assert.deepEqual(asked, [1, 2, 3, 4, 0]);
  });

  test('R58 a retryPolicy ends the attempts by Infinity', async () => {
    const tended = new Tended({ retryPolicy: (failures) => (failures < 2 ? 10 : Number.POSITIVE_INFINITY) });
    const { service, endpoint, failures } = tended;
    service.startService();
    const waits = service.whenConnected().catch((error) => error);
    endpoint.fail();
    await settled();
    endpoint.clock.advance(10);
    const last = new ConnectionLost('the last');
    endpoint.fail(last);
    await settled();
    assert.equal(await waits, last);
    assert.equal(service.running, false);
    assert.deepEqual(failures.at(-1), [last, 2, Number.POSITIVE_INFINITY]);
    assert.equal(endpoint.clock.getDelayedCalls().length, 0);
    // And it can be started again.
    service.startService();
    assert.ok(endpoint.connecting);
  });

  for (const [what, policy, message] of [
    ['throws', () => assert.fail('no policy'), /no policy/],
    [
      'returns a negative number',
      () => -1,
      /^RangeError: what retryPolicy returned is -1, not a number of at least 0$/,
    ],
    ['returns NaN', () => Number.NaN, /is NaN, not a number of at least 0$/],
    ['returns a string', () => '5', /is the string '5', not a number of at least 0$/],
    ['returns nothing', () => {}, /is undefined, not a number of at least 0$/],
    ['is async', async () => assert.fail('nobody hears this'), /is an instance of Promise, not a number/],
  ] as const) {
    test(`R58 a retryPolicy that ${what} is reported, and the service is over`, async () => {
      const tended = new Tended({ [POLICY]: policy });
      const { service, endpoint, failures } = tended;
      service.startService();
      endpoint.fail();
      await settled();
      assert.throws(
        () => endpoint.clock.advance(0),
        (error) => message.test(String(error)),
      );
      assert.equal(service.running, false);
      assert.deepEqual(failures.at(-1)?.slice(1), [1, Number.POSITIVE_INFINITY]);
    });
  }

  test('R58 a retryPolicy that is not a function is a TypeError', () => {
    assert.throws(() => new Tended({ [POLICY]: 5 }), {
      name: 'TypeError',
      message: 'retryPolicy is the number 5, not a function that returns milliseconds',
    });
  });

  test('are a random part of the delay unless set', async () => {
    const tended = new Tended({ jitter: 'full' });
    tended.service.startService();
    const waits = new Set<unknown>();
    for (let bound = 1000; bound < 60_000; bound *= 1.5) {
      tended.endpoint.fail();
      await settled();
      const [, , wait] = tended.failures.at(-1) ?? [];
      assert.ok(typeof wait === 'number' && wait < bound, `${wait} of ${bound}`);
      waits.add(wait / bound);
      tended.endpoint.clock.advance(wait);
    }
    assert.equal(waits.size, 11);
  });

  test('begin anew after a stop', async () => {
    const { service, endpoint, failures } = new Tended();
    for (let time = 0; time < 2; time += 1) {
      service.startService();
      endpoint.fail();
      await settled();
      assert.deepEqual(failures.at(-1)?.slice(1), [1, 1000]);
      await service.stopService();
    }
  });

  test('begin anew after an attempt that was cancelled, so that the service gave up', async () => {
    const { service, endpoint, failures } = new Tended();
    for (let time = 0; time < 2; time += 1) {
      service.startService();
      endpoint.fail();
      await settled();
      assert.deepEqual(failures.at(-1)?.slice(1), [1, 1000]);
      endpoint.clock.advance(1000);
      endpoint.fail(new UserAbortError('cancelled'));
      await settled();
      assert.deepEqual(failures.at(-1)?.slice(1), [2, Number.POSITIVE_INFINITY]);
    }
  });

  test('a bad option is a RangeError that names it', () => {
    for (const [option, value] of Object.entries({ initialDelayMs: -1, factor: 0.9, timeoutMs: Number.NaN })) {
      assert.throws(() => new Tended({ [option]: value }), new RegExp(`^RangeError: ${option} is `));
    }
  });
});
