import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LedgerOptions } from 'couplet/policies';
import { Filter, LedgerAway, limitConnections, limitPerPeer } from 'couplet/policies';
import type { SocketName } from '../../src/seam/address.ts';
import { FakeWire } from '../fake-wire.ts';
import { Book, codes, granted, open, settled, shown } from './book.ts';
import { Recorders } from './recorder.ts';
import { House, LOCAL, type Visit } from './visit.ts';

/** The ways in which a ledger is away. */
const AWAY: Readonly<Record<string, (book: Book, come: () => void, house: House) => unknown>> = {
  'says unknown': (book, come) => {
    book.atOnce = () => 'unknown';
    come();
  },
  'says unknown later': (book, come) => {
    come();
    return book.last().answer('unknown');
  },
  throws: (book, come) => {
    book.atOnce = () => {
      throw new Error('no socket');
    };
    come();
  },
  'answers with an object that throws': (book, come) => {
    book.atOnce = () =>
      Object.defineProperty({}, 'then', {
        get: () => {
          throw new Error('no answer');
        },
      }) as never;
    come();
  },
  rejects: (book, come) => {
    come();
    return book.last().fail(new Error('no socket'));
  },
  'is silent': (_book, come, house) => {
    come();
    house.pass(1000);
    return settled();
  },
  'answers nonsense': (book, come) => {
    come();
    return book.last().answer('yes');
  },
};
/** Those that are errors. */
const ERRORS = ['throws', 'answers with an object that throws', 'rejects', 'answers nonsense'];

describe('a limit with a ledger', () => {
  test('R42 a place that is granted at once is released once, after connectionLost', () => {
    const book = new Book(granted);
    const { house, recorders, open: count } = open(book);
    const visit = house.accept();
    assert.equal(visit.admitted, true);
    assert.deepEqual([book.last().key, book.last().max, count()], ['connections', 2, 1]);
    let before: number | undefined;
    recorders.last.connectionLost = () => {
      before = book.released.length;
    };
    visit.cut();
    assert.deepEqual([before, book.released, count()], [0, ['connections'], 0]);
  });

  test('R48 an answer at once makes no promise, no timer, and no signal of its own', () => {
    const book = new Book(granted);
    const { house, factory } = open(book);
    const wait = {
      get signal(): AbortSignal {
        throw new Error('the signal was read');
      },
    };
    assert.ok(factory.admit(new FakeWire(), house.engine, wait) instanceof Filter);
    assert.ok(factory.admit(new FakeWire(), house.engine, wait) instanceof Filter);
    assert.equal(book.questions[0]?.signal, book.questions[1]?.signal);
    assert.equal(house.backend.alarmAt, undefined);
  });

  test('R48 admitsLater is true with a ledger only', () => {
    const plain = new Recorders();
    for (const limit of [limitConnections, limitPerPeer]) {
      assert.equal(limit(plain, { max: 1 }).admitsLater, false);
      assert.equal(limit(plain, { max: 1, ledger: new Book() }).admitsLater, true);
    }
  });

  test('R48 a connection waits for the answer, and is seated with it', async () => {
    const book = new Book();
    const { house, recorders } = open(book, { key: 'smtp' });
    const visit = house.accept();
    assert.deepEqual([visit.paused, recorders.made.length], [true, 0]);
    await book.last().answer('granted');
    assert.deepEqual([visit.paused, recorders.made.length, book.last().key], [false, 1, 'smtp']);
    assert.equal(house.backend.alarmAt, undefined);
    assert.equal(book.last().signal.aborted, false);
    visit.cut();
    assert.deepEqual(book.released, ['smtp']);
  });

  for (const later of [false, true]) {
    test(`R42 who is refused by the ledger${later ? ' later' : ''} is told of as that, and holds nothing`, async () => {
      const book = new Book(later ? undefined : () => 'refused');
      const { house, open: count } = open(book);
      const visit = house.accept();
      if (later) await book.last().answer('refused');
      assert.deepEqual([codes(house), count(), String(visit.output)], [['COUPLET_LEDGER_REFUSED'], 0, 'full\n']);
      visit.cut();
      assert.deepEqual(book.released, []);
    });
  }

  for (const [name, away] of Object.entries(AWAY)) {
    test(`R48 a ledger that ${name} refuses unless something else is set`, async () => {
      const book = new Book();
      const { house, open: count, recorders } = open(book);
      const visits: Visit[] = [];
      await away(book, () => visits.push(house.accept()), house);
      assert.deepEqual([codes(house), count(), recorders.made.length], [['COUPLET_LEDGER_AWAY'], 0, 0]);
      visits[0]?.cut();
      assert.deepEqual(book.released, []);
      assert.equal(house.reports.length, ERRORS.includes(name) ? 1 : 0);
    });

    for (const whenAway of ['local', 'allow'] as const) {
      test(`R48 a ledger that ${name} lets in with '${whenAway}', and gets nothing back for that`, async () => {
        const book = new Book();
        const { house, open: count, recorders } = open(book, { whenAway }, 2);
        const visits: Visit[] = [];
        for (let at = 0; at < 2; at += 1) await away(book, () => visits.push(house.accept()), house);
        assert.deepEqual([codes(house), count(), recorders.made.length], [[], 2, 2]);
        book.atOnce = () => 'unknown';
        visits.push(house.accept());
        assert.deepEqual(codes(house), whenAway === 'local' ? ['COUPLET_CONNECTION_LIMIT'] : []);
        for (const visit of visits) visit.cut();
        assert.deepEqual([count(), book.released], [0, []]);
      });
    }
  }

  test('R42 the own count is right, whichever way each connection was admitted', async () => {
    const book = new Book();
    const { house, open: count } = open(book, { whenAway: 'local' }, 3);
    const [first, second, third] = [house.accept(), house.accept(), house.accept()];
    await book.questions[0]?.answer('granted');
    await book.questions[1]?.answer('unknown');
    assert.equal(house.accept().admitted, false, 'one that waits counts');
    assert.deepEqual([codes(house), book.questions.length], [['COUPLET_CONNECTION_LIMIT'], 3]);
    await book.questions[2]?.answer('refused');
    assert.deepEqual([count(), book.released], [2, []]);
    second.cut();
    assert.deepEqual([count(), book.released], [1, []]);
    first.cut();
    third.cut();
    assert.deepEqual([count(), book.released], [0, ['connections']]);
  });

  test('R48 a place that is granted after the answer was due is released at once, and once', async () => {
    const book = new Book();
    const { house, open: count, recorders } = open(book, { whenAway: 'allow', answerTimeoutMs: 200 });
    const visit = house.accept();
    house.pass(199);
    await settled();
    assert.deepEqual([book.last().signal.aborted, recorders.made.length], [false, 0]);
    house.pass(1);
    await settled();
    assert.ok(book.last().signal.reason instanceof LedgerAway);
    assert.deepEqual([recorders.made.length, book.released, count()], [1, [], 1]);
    await book.last().answer('granted');
    assert.deepEqual([book.released, count()], [['connections'], 1]);
    visit.cut();
    assert.deepEqual([book.released, count()], [['connections'], 0]);
  });

  test('R48 a connection that goes while it waits gives its place back, and the ledger a late one', async () => {
    const book = new Book();
    const { house, open: count } = open(book);
    house.accept().cut();
    assert.deepEqual([book.last().signal.aborted, count(), house.backend.alarmAt], [true, 0, undefined]);
    assert.deepEqual(codes(house), ['COUPLET_PEER_GONE']);
    await book.last().answer('granted');
    assert.deepEqual(book.released, ['connections']);
  });

  test('R48 a port that stops in the very turn of the answer gives the place back', async () => {
    const book = new Book();
    const { house, open: count } = open(book);
    house.accept();
    const answered = book.last().answer('granted');
    house.admission.stop(new Error('stopped'));
    await answered;
    assert.deepEqual([book.released, count()], [['connections'], 0]);
  });

  test('R48 a ledger whose question ends the wait gives the place back', async () => {
    const book = new Book();
    const { house, open: count } = open(book);
    const { acquire } = book;
    book.acquire = (key, max, signal) => {
      house.admission.stop(new Error('stopped'));
      return acquire.call(book, key, max, signal);
    };
    house.accept();
    await book.last().answer('granted');
    assert.deepEqual([book.released, count()], [['connections'], 0]);
  });

  test('R48 the answer of a policy comes before admissionTimeoutMs ends the wait', async () => {
    const book = new Book();
    const { house, recorders } = open(book, { whenAway: 'local' });
    house.accept();
    house.pass(1000);
    await settled();
    house.pass(4000);
    assert.deepEqual([codes(house), recorders.made.length], [[], 1]);
  });

  test('R42 what a policy further in refuses holds no place of the ledger', async () => {
    const book = new Book(granted);
    const inner = limitConnections(new Recorders(), { max: 1 });
    const house = new House(limitConnections(inner, { max: 5, ledger: book }));
    const visit = house.accept();
    assert.equal(house.accept().admitted, false);
    assert.deepEqual(book.released, ['connections']);
    visit.cut();
    assert.deepEqual(book.released, ['connections', 'connections']);
  });

  test('R42 limitPerPeer asks for the network of the peer', () => {
    const keys = (
      options: { key?: string; ipv4Prefix?: number; ipv6Prefix?: number },
      peers: SocketName[],
    ): string[] => {
      const book = new Book(granted);
      const house = new House(limitPerPeer(new Recorders(), { max: 1, ledger: book, ...options }));
      for (const peer of peers) house.accept(peer).cut();
      assert.deepEqual(
        book.released,
        book.questions.map(({ key }) => key),
      );
      return book.released;
    };
    const [four, six]: SocketName[] = [LOCAL, { family: 'IPv6', host: '2001:db8::1:2', port: 1 }];
    assert.ok(four !== undefined && six !== undefined);
    const link: SocketName = { family: 'IPv6', host: 'fe80::1%eth0', port: 1 };
    assert.deepEqual(keys({}, [four, six, link, { family: 'UNIX', path: '/a' }]), [
      '192.0.2.1/32',
      '2001:db8::/64',
      'fe80::%eth0/64',
      'UNIX',
    ]);
    assert.deepEqual(keys({ key: 'smtp', ipv4Prefix: 23, ipv6Prefix: 61 }, [four, six]), [
      'smtp:192.0.2.0/23',
      'smtp:2001:db8::/61',
    ]);
  });

  test('R42 limitPerPeer counts each peer itself too', async () => {
    const book = new Book();
    const factory = limitPerPeer(new Recorders(), { max: 1, ledger: book, whenAway: 'local' });
    const house = new House(factory);
    const [one, other]: SocketName[] = [LOCAL, { family: 'IPv4', host: '192.0.2.9', port: 1 }];
    const visits = [house.accept(one), house.accept(other), house.accept(one)];
    assert.deepEqual([codes(house), book.questions.length], [['COUPLET_PEER_LIMIT'], 2]);
    await book.questions[0]?.answer('unknown');
    await book.questions[1]?.answer('granted');
    assert.equal(shown(factory, 'peers'), 2);
    for (const visit of visits) visit.cut();
    assert.deepEqual([book.released, shown(factory, 'peers')], [['192.0.2.9/32'], 0]);
  });

  test('names an option that is wrong', () => {
    const wrong = (options: object): (() => unknown) => {
      const given: LedgerOptions = Object(options);
      return () => limitConnections(new Recorders(), { max: 1, ...given });
    };
    assert.throws(wrong({ ledger: { acquire: () => 'granted' } }), {
      name: 'TypeError',
      message: 'ledger is an object, not an object with acquire and release',
    });
    assert.throws(wrong({ whenAway: 'sometimes' }), { name: 'TypeError', message: /^whenAway is the string/ });
    assert.throws(wrong({ answerTimeoutMs: 0 }), { name: 'RangeError', message: /^answerTimeoutMs is 0/ });
    assert.throws(wrong({ key: 5 }), { name: 'TypeError', message: /^key is the number 5/ });
    assert.throws(() => limitPerPeer(new Recorders(), { max: 1, answerTimeoutMs: Number.NaN }), { name: 'RangeError' });
  });
});
