import assert from 'node:assert/strict';
import process from 'node:process';
import { describe, test } from 'node:test';
import { StringTransport } from 'couplet/testing';

const { COUPLET_SOLUTION } = process.env;
const { WelcomeFactory }: Pick<typeof import('./task.ts'), 'WelcomeFactory'> = await import(
  COUPLET_SOLUTION ? './solution.ts' : './task.ts'
);

describe('exercise 4: room for a hundred', () => {
  test('the 101st is told so, and the count is 0 in the end', () => {
    const factory = new WelcomeFactory();
    const seats = Array.from({ length: 100 }, () => StringTransport.for(factory));
    assert.equal(factory.clients, 100);
    const { protocol: late, transport } = StringTransport.for(factory);
    assert.equal(transport.value().toString(), 'Too many connections, try later\n', 'what the 101st client is sent');
    assert.equal(transport.disconnecting, true, 'the 101st connection is closed');
    assert.equal(factory.clients, 100, 'the 101st client is not counted');
    late.connectionLost();
    assert.equal(factory.clients, 100, 'the 101st client was not counted, so its end takes nothing away');
    seats.pop()?.protocol.connectionLost();
    const next = StringTransport.for(factory);
    assert.match(
      next.transport.value().toString(),
      /^welcome! there are 100 of you/,
      'a place that is free is given again',
    );
    for (const { protocol } of [...seats, next]) protocol.connectionLost();
    assert.equal(factory.clients, 0, 'all have left');
  });
});
