import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Ledger } from 'couplet/policies';
import { limitConnections, limitPerPeer } from 'couplet/policies';
import { Book, granted, open, settled } from './book.ts';
import { Recorders } from './recorder.ts';
import { House } from './visit.ts';

describe('errors of a ledger', () => {
  test('R8 errors of a ledger are reported under its class, at most one in a second', () => {
    const book = new Book(() => {
      throw new Error('no socket');
    });
    const { house } = open(book);
    const other = new House(limitConnections(new Recorders(), { max: 9, ledger: book }));
    for (let count = 0; count < 5; count += 1) house.accept();
    house.pass(999);
    house.accept();
    house.pass(1);
    house.accept();
    assert.deepEqual(
      house.reports.map(({ who, where, error }) => `${who}: ${where}: ${error}`),
      Array(2).fill('Book: acquire: Error: no socket'),
    );
    other.accept();
    assert.equal(other.reports.length, 1, 'another reactor has its own');
  });

  test('R8 limits that share a ledger share its reports', () => {
    const book = new Book(() => {
      throw new Error('no socket');
    });
    const both = limitPerPeer(limitConnections(new Recorders(), { max: 9, ledger: book, whenAway: 'allow' }), {
      max: 9,
      ledger: book,
      whenAway: 'allow',
    });
    const house = new House(both);
    assert.equal(house.accept().admitted, true);
    assert.deepEqual([book.questions.length, house.reports.length], [2, 1]);
  });

  for (const [name, fails] of Object.entries({
    throws: (): void => {
      throw new Error('no release');
    },
    // Its type does not know it.
    rejects: (): void => Object(Promise.reject(new Error('no release'))),
  })) {
    test(`R8 a release that ${name} is reported, and nothing else happens`, async () => {
      const book = new Book(granted);
      book.onRelease = fails;
      book.release = (key) => {
        book.released.push(key);
        return fails();
      };
      const { house, open: count } = open(book);
      house.accept().cut();
      await settled();
      assert.deepEqual(
        house.reports.map(({ who, where, error }) => `${who}: ${where}: ${error}`),
        ['Book: release: Error: no release'],
      );
      assert.deepEqual([book.released.length, count()], [1, 0]);
    });
  }

  test('R8 a ledger that gives up because it was told to has not failed; one that fails late has', async () => {
    const book = new Book();
    const { house } = open(book);
    house.accept().cut();
    await book.last().fail(book.last().signal.reason);
    house.accept().cut();
    await book.last().fail(new DOMException('aborted', 'AbortError'));
    assert.deepEqual(house.reports, []);
    house.accept().cut();
    await book.last().fail(new Error('no socket'));
    assert.equal(house.reports.length, 1);
  });

  test('R8 a ledger without a class of its own is reported as a Ledger', () => {
    const ledger: Ledger = {
      acquire: () => {
        throw new Error('no socket');
      },
      release: () => {},
    };
    const { house } = open(ledger);
    house.accept();
    assert.equal(house.reports[0]?.who, 'Ledger');
  });
});
