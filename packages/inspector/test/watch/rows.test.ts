import assert from 'node:assert/strict';
import process from 'node:process';
import { describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ConnectionView, ConnectorView, TcpInfo } from 'couplet';
import { DEFAULT_QUERY, type Frame } from 'couplet-inspector';
import fc from 'fast-check';
import { SORT_KEYS, VIEW_NAMES } from '../../src/values/query.ts';
import { Selection } from '../../src/watch/selection.ts';
import { FakeReactor, viewing, viewOf } from './fake-reactor.ts';

/** Three connections that differ in everything by which they can be sorted; the order of their numbers is that of no other key. */
const THREE: readonly ConnectionView[] = [
  viewOf({ id: 10, peer: '127.0.0.1:3', host: '127.0.0.1:30', protocol: 'C', state: 'writing', waiting: 'promise' }),
  viewOf({ id: 20, peer: '127.0.0.1:1', host: '127.0.0.1:10', protocol: 'A', state: 'closing', waiting: 'nothing' }),
  viewOf({ id: 30, peer: '127.0.0.1:2', host: '127.0.0.1:20', protocol: 'B', state: 'open', waiting: 'paused' }),
].map((view, at) => {
  const rank = [3, 1, 2][at] ?? 0;
  const counts = { bytesIn: rank, bytesOut: rank, queued: rank, maxQueued: rank };
  return { ...view, ...counts, idleMs: rank, durationMs: 1000, since: -1000 };
});

function withConnections(connections: readonly ConnectionView[]): FakeReactor {
  const reactor = new FakeReactor();
  reactor.connections = connections;
  return reactor;
}

describe('the rows of connections', () => {
  const view = 'connections';

  for (const sort of SORT_KEYS) {
    test(`are sorted by ${sort}`, async () => {
      const aged = THREE.map((one) => ({ ...one, durationMs: sort === 'age' ? one.bytesIn : one.durationMs }));
      const frames = withConnections(aged).frames();
      const ids = async (descending: boolean): Promise<number[]> =>
        (await viewing(frames, { view, sort, descending })()).rows.map(({ id }) => id);
      const rising = sort === 'id' ? [10, 20, 30] : [20, 30, 10];
      assert.deepEqual(await ids(false), rising);
      assert.deepEqual(await ids(true), rising.toReversed());
    });
  }

  test('are those that the filter lets through, whatever its case', async () => {
    const frames = withConnections([
      viewOf({ id: 7, protocol: 'SlowPoetry', factory: 'SlowFactory' }),
      viewOf({ id: 70, state: 'closing' }),
      viewOf({ id: 8, peer: '[2001:db8::7]:99' }),
    ]).frames();
    const found: Readonly<Record<string, readonly number[]>> = {
      slowpoetry: [7],
      SlowFactory: [7],
      '#7': [7, 70],
      closing: [70],
      '2001:DB8': [8],
      ':8007': [7, 8, 70],
      nothing: [7, 8, 70],
      '<script>': [],
    };
    for (const [filter, ids] of Object.entries(found)) {
      const { rows, matching, total } = await viewing(frames, { view, filter })();
      assert.deepEqual([rows.map(({ id }) => id), matching, total], [ids, ids.length, 3], filter);
    }
  });

  test('are at most as many as the query says, behind those that it leaves out', async () => {
    const reactor = withConnections(Array.from({ length: 1000 }, (_, at) => viewOf({ id: 1000 - at })));
    const { rows, matching } = await viewing(reactor.frames(), { view, limit: 3, offset: 500 })();
    assert.deepEqual([rows.map(({ id }) => id), matching], [[501, 502, 503], 1000]);
    assert.equal((await viewing(reactor.frames(), { view, offset: 999 })()).rows.length, 1);
    assert.equal((await viewing(reactor.frames(), { view })()).rows.length, 200);
  });

  test('have rates since the frame before, and before that since they began', async () => {
    const reactor = withConnections([viewOf({ id: 1, since: 0, bytesIn: 4000, bytesOut: 100 })]);
    reactor.totals = { ...reactor.totals, accepted: 8, bytesIn: 4000, bytesOut: 100 };
    reactor.clock.advance(4000);
    const next = viewing(reactor.frames(), { view });
    const rate = async () => {
      const { rows, rates } = await next();
      return [rows.map(({ id, inRate, outRate }) => [id, inRate, outRate]), rates];
    };
    assert.deepEqual(await rate(), [[[1, 1000, 25]], { accepted: 2, bytesIn: 1000, bytesOut: 25 }]);
    reactor.clock.advance(2000);
    reactor.connections = [
      viewOf({ id: 1, since: 0, bytesIn: 4100, bytesOut: 100 }),
      // It began half a second ago.
      viewOf({ id: 2, since: 5500, bytesIn: 10, bytesOut: 0 }),
    ];
    reactor.totals = { ...reactor.totals, accepted: 9, bytesIn: 4110 };
    assert.deepEqual(await rate(), [
      [
        [1, 50, 0],
        [2, 20, 0],
      ],
      { accepted: 0.5, bytesIn: 55, bytesOut: 0 },
    ]);
  });

  test('I-12: names are data, and not longer than a row is wide', async () => {
    const name = `<script>alert(1)</script>\n\u001b[2J${'x'.repeat(100)}`;
    const [row] = (await viewing(withConnections([viewOf({ id: 1, protocol: name })]).frames(), { view })()).rows;
    assert.equal(row?.protocol, `${name.slice(0, 77)}...`);
  });
});

describe('the view of the reactor', () => {
  const letters = { nothing: 'n', paused: 'p', promise: 'e', peer: 'r', handshake: 'h', admission: 'a' } as const;

  test('has a row for each of 50 connections, and for more a square', async () => {
    const waits = Object.keys(letters) as (keyof typeof letters)[];
    const views = Array.from({ length: 51 }, (_, at) => viewOf({ id: 100 - at, waiting: waits[at % 6] ?? 'nothing' }));
    const reactor = withConnections(views.slice(1));
    const next = viewing(reactor.frames());
    const few = await next();
    assert.deepEqual([few.rows.length, few.ports[0]?.connections, few.ports[0]?.squares], [50, 50, undefined]);
    reactor.connections = views;
    const many = await next();
    const squares = views.toReversed().map(({ waiting }) => letters[waiting]);
    assert.deepEqual([many.rows.length, many.ports[0]?.connections, many.ports[0]?.squares], [0, 51, squares.join('')]);
  });

  test('has connectors that are not connected, and those of rows', async () => {
    const reactor = withConnections([viewOf({ id: 500, role: 'client', origin: 3 })]);
    const connectors: ConnectorView[] = [1, 2, 3].map((id) => ({
      id,
      destination: 'x:1',
      state: 'connected',
      attempts: 1,
    }));
    reactor.connectors = [...connectors, { id: 4, destination: 'y:1', state: 'waiting', attempts: 2, retryInMs: 1.26 }];
    const frame = await viewing(reactor.frames())();
    assert.deepEqual(
      frame.connectors.map(({ id, retryInMs }) => [id, retryInMs]),
      [
        [3, undefined],
        [4, 1.3],
      ],
    );
    assert.equal(frame.connectorsLeftOut, 2);
    assert.deepEqual(frame.descriptors, { listening: 1, accepted: 0, made: 1 });
  });
});

describe('the connection that is chosen', () => {
  test('is there whatever the filter says, and null once it is gone', async () => {
    const reactor = withConnections([viewOf({ id: 7, facts: { step: 'login' }, durationMs: 1.26 })]);
    const next = viewing(reactor.frames(), { view: 'connections', filter: 'none', id: 7 });
    const { chosen, rows } = await next();
    assert.deepEqual([chosen?.facts, chosen?.durationMs, rows], [{ step: 'login' }, 1.3, []]);
    reactor.connections = [];
    assert.equal((await next()).chosen, null);
    assert.equal('chosen' in (await viewing(reactor.frames())()), false);
  });

  test('R66 has what the system knows of it, for which no other is asked', async () => {
    const tcp: TcpInfo = {
      state: 'ESTABLISHED',
      roundTripMs: 0.053,
      roundTripVariationMs: 0.02,
      retransmitTimeoutMs: 201,
      retransmits: 2,
      congestionWindow: 10,
      segmentBytes: 1448,
      unacked: 1,
      unsentBytes: 0,
      deliveryRate: 125_000,
      lastSentMs: 1,
      lastReceivedMs: 2,
    };
    const credentials = { pid: 17, uid: 1000, gid: 100 };
    const reactor = withConnections([viewOf({ id: 7, tcp }), viewOf({ id: 8, credentials })]);
    const asked: number[] = [];
    const inspect = reactor.inspect.bind(reactor);
    reactor.inspect = () => {
      const view = inspect();
      const connection = (id: number) => {
        asked.push(id);
        return view.connection(id);
      };
      return { ...view, connection };
    };
    const frames = reactor.frames();
    await viewing(frames, { view: 'connections' })();
    assert.deepEqual(asked, []);
    assert.deepEqual((await viewing(frames, { id: 7 })()).chosen?.tcp, tcp);
    assert.deepEqual((await viewing(frames, { id: 8 })()).chosen?.credentials, credentials);
    assert.deepEqual(asked, [7, 8]);
  });

  test('I-7: of a class with a name without end leaves room for the rest', async () => {
    const name = 'x'.repeat(100_000);
    const reactor = withConnections([viewOf({ id: 7, protocol: name, factory: name })]);
    reactor.ports = reactor.ports.map((port) => ({ ...port, factory: name }));
    const frames = reactor.frames();
    for (const { error } of reactor.observers) error?.({ who: name, where: name, error: new Error(name) });
    const json = await frames.view({ ...DEFAULT_QUERY, view: 'connections', id: 7 }).next(0);
    assert.ok(Buffer.byteLength(json) <= 64_000, `${Buffer.byteLength(json)} bytes`);
    const { chosen, rows, ports }: Frame = JSON.parse(json);
    const short = `${name.slice(0, 77)}...`;
    assert.deepEqual([chosen?.protocol, chosen?.factory, ports[0]?.factory], [short, short, short]);
    assert.equal(rows.length, 1);
    const [event] = JSON.parse(await frames.view({ ...DEFAULT_QUERY, view: 'events' }).next(0)).events;
    assert.deepEqual([event?.who.length, event?.where.length], [300, 300]);
  });

  const commands: readonly (readonly [Partial<ConnectionView>, string | undefined])[] = [
    [{}, "ss -tinp 'src 127.0.0.1:8007 and dst 127.0.0.1:40007'"],
    [{ host: '[::1]:80', peer: '[2001:db8::1]:9' }, "ss -tinp 'src [::1]:80 and dst [2001:db8::1]:9'"],
    [{ host: '/run/echo.sock', peer: 'unix:' }, undefined],
    [{ peer: "127.0.0.1:1'; reboot; '" }, undefined],
    [{ proxy: { source: '192.0.2.1:5' } }, undefined],
  ];

  for (const [what, ss] of commands)
    test(`${JSON.stringify(what)} has ${ss === undefined ? 'no command' : 'a command'} for the shell`, async () => {
      const frames = withConnections([viewOf({ id: 7, ...what })]).frames();
      assert.equal((await viewing(frames, { id: 7 })()).chosen?.ss, ss);
    });
});

test('a selection is the first things of all in their order', () => {
  const things = fc.array(fc.record({ key: fc.integer({ min: 0, max: 9 }), id: fc.nat(1000) }), { maxLength: 60 });
  fc.assert(
    fc.property(things, fc.nat(20), fc.boolean(), (all, most, descending) => {
      const selection = new Selection<string>(most, descending);
      for (const { key, id } of all) selection.add(key, id, () => `${key}/${id}`);
      const sign = descending ? -1 : 1;
      const sorted = all.toSorted((a, b) => sign * (a.key - b.key) || a.id - b.id).slice(0, most);
      assert.deepEqual(
        selection.sorted(),
        sorted.map(({ key, id }) => `${key}/${id}`),
      );
    }),
  );
});

describe('I-7 ten thousand connections', () => {
  const connections = Array.from({ length: 10_000 }, (_, at) =>
    viewOf({
      id: 10_000_000 + at,
      protocol: 'AuthenticatedSessionProtocol',
      peer: `[2001:db8:85a3:1111:2222:8a2e:370:7334]:${50_000 + at}`,
      bytesIn: 123_456_789_012 + at,
      bytesOut: 123_456_789_012 - at,
      reads: 1_234_567,
      writes: 1_234_567,
      queued: 65_536,
      maxQueued: 1_048_576,
      limit: 1_048_576,
      producer: 'paused',
      durationMs: 86_400_000.123,
      idleMs: 12_345.678,
      tls: { version: 'TLSv1.3' },
      facts: { step: 'x'.repeat(200) },
    }),
  );

  for (const view of ['reactor', 'connections', 'timeline', 'events'] as const)
    test(`I-7: a frame of the view ${view} has at most 64,000 bytes, and a turn at most 1,000 views`, async () => {
      const reactor = withConnections(connections);
      const frames = reactor.frames();
      const [observer] = reactor.observers;
      const report = { who: 'Échange'.repeat(20), where: 'dataReceived', error: new Error('é'.repeat(1000)) };
      for (let count = 0; count < 5000; count += 1) observer?.error?.(report);
      const viewer = frames.view({
        view,
        sort: 'outRate',
        descending: true,
        filter: '',
        limit: 200,
        offset: 0,
        every: 1,
      });
      for (let times = 0; times < 2; times += 1) {
        for (let count = 0; count < 300; count += 1) observer?.error?.(report);
        const json = await viewer.next(0);
        const { rows, total, ports, eventsMissed, events } = JSON.parse(json);
        assert.ok(Buffer.byteLength(json) <= 64_000, `${Buffer.byteLength(json)} bytes`);
        assert.equal(total, 10_000);
        if (view === 'connections') assert.ok(rows.length > 120, `${rows.length} rows`);
        if (view === 'reactor') assert.equal(ports[0].squares.length, 10_000);
        const told = times === 0 && view === 'events' ? 5300 : 300;
        assert.equal(events.length + eventsMissed, told);
        assert.ok(events.length > 0);
      }
      assert.ok(Math.max(...reactor.runs) <= 1000, `${Math.max(...reactor.runs)} views in one turn`);
    });

  test('I-7: a thousand ports and ten thousand connectors leave room for rows, and are counted', async () => {
    const reactor = withConnections(connections.map((view) => ({ ...view, role: 'client', origin: view.id + 20_000 })));
    const [port] = reactor.ports;
    assert.ok(port !== undefined);
    const facts = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`fact${at}`, 'x'.repeat(200)]));
    reactor.ports = Array.from({ length: 1000 }, (_, at) => ({ ...port, id: at + 1, facts }));
    reactor.connectors = connections.map(({ id }) => ({
      id: id + 20_000,
      destination: '[2001:db8::1]:1234',
      state: 'waiting',
      attempts: 9,
      retryInMs: 1.5,
    }));
    const viewer = reactor.frames().view({ ...DEFAULT_QUERY, view: 'connections' });
    const json = await viewer.next(0);
    assert.ok(Buffer.byteLength(json) <= 64_000, `${Buffer.byteLength(json)} bytes`);
    const { rows, ports, portsLeftOut, connectors, connectorsLeftOut, descriptors }: Frame = JSON.parse(json);
    assert.ok(rows.length > 50 && ports.length > 0 && connectors.length > 50);
    assert.deepEqual([ports.length + portsLeftOut, connectors.length + connectorsLeftOut], [1000, 10_000]);
    assert.deepEqual(descriptors, { listening: 1000, accepted: 0, made: 10_000 });
    // Those of the rows come first.
    assert.equal(connectors[0]?.id, rows[0]?.origin);
    assert.ok(Math.max(...reactor.runs) <= 1000);
  });

  test('I-7: viewers that ask at the same time are served one after the other', async () => {
    const reactor = withConnections(connections);
    const frames = reactor.frames();
    await Promise.all([1, 2, 3, 4].map(() => viewing(frames)()));
    assert.ok(Math.max(...reactor.runs) <= 1000);
  });

  test('I-7: four viewers, and what is kept for them, take at most 20 MB', async () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const reactor = withConnections(connections);
    const used = (): number => {
      collect();
      return process.memoryUsage().heapUsed / 1e6;
    };
    const before = used();
    const frames = reactor.frames();
    const viewers = VIEW_NAMES.map((view) => frames.view({ ...DEFAULT_QUERY, view }));
    for (let count = 0; count < 20_000; count += 1) {
      const call = { connection: 10_000_000 + (count % 10_000), at: count };
      for (const observer of reactor.observers) {
        observer.chunk?.({ ...call, direction: 'in', bytes: 4 });
        observer.callback?.({ ...call, who: 'Echo', where: 'dataReceived', ms: 0.1 });
        observer.error?.({
          who: `Echo ${count}`,
          where: 'dataReceived',
          error: new Error(`${count}`.padEnd(300, 'x')),
        });
      }
      if (count % 5000 === 0) for (const viewer of viewers) await viewer.next(0);
    }
    const grown = used() - before;
    assert.ok(grown > 1 && grown <= 20, `${grown.toFixed(1)} MB`);
    for (const viewer of viewers) viewer.close();
    assert.ok(used() - before < grown);
    frames.close();
  });

  test('I-7: rows are 200 where numbers are usual', async () => {
    const usual = connections.map(({ id, protocol = '' }) =>
      viewOf({
        id: id - 10_000_000,
        protocol: protocol.slice(0, 12),
        bytesIn: 123_456,
        bytesOut: 1_234_567,
        reads: 1234,
        writes: 1234,
        maxQueued: 65_536,
      }),
    );
    const viewer = withConnections(usual)
      .frames()
      .view({ view: 'connections', sort: 'id', descending: false, filter: '', limit: 200, offset: 9000, every: 1 });
    assert.equal(JSON.parse(await viewer.next(0)).rows.length, 200);
  });
});
