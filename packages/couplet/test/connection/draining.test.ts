import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PortDraining } from '../../src/protocol/errors.ts';
import { open } from '../line.ts';

describe('R49 the signal draining of a Connection', () => {
  test('is made when it is first read, and is the same afterwards', () => {
    const { connection } = open();
    const { draining } = connection;
    assert.equal(connection.draining, draining);
    assert.equal(draining.aborted, false);
  });

  test('is aborted by the drain, with the time that is left', () => {
    const { line, connection } = open();
    const { draining } = connection;
    line.inlet.draining(250);
    assert.equal(draining.aborted, true);
    assert.ok(draining.reason instanceof PortDraining);
    assert.equal(draining.reason.leftMs, 250);
  });

  test('is aborted already when it is read after that', () => {
    const { line, connection } = open();
    line.inlet.draining(250);
    const { draining } = connection;
    assert.deepEqual([draining.aborted, draining.reason.leftMs], [true, 250]);
    assert.equal(connection.draining, draining);
  });

  test('is not aborted by the end of the connection', () => {
    const { line, connection } = open();
    const { draining } = connection;
    line.cut();
    assert.equal(draining.aborted, false);
  });
});
