import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Protocol } from 'couplet';
import { Connections } from '../../src/engine/connections.ts';
import { Engine } from '../../src/engine/engine.ts';
import { StreamTransport } from '../../src/engine/stream-transport.ts';
import { boundsOf } from '../../src/protocol/options.ts';
import { FakeBackend } from '../fake-backend.ts';
import { FakeWire } from '../fake-wire.ts';
import { originOf } from '../origin.ts';

/** A wire that says whether it reads. */
class ReadingWire extends FakeWire {
  reading = true;

  override pause(): void {
    this.reading = false;
  }

  override resume(): void {
    this.reading = true;
  }
}

test('R10 a producer that pauses reading when it is told to go on finds it paused, though it was to be resumed then', () => {
  const engine = new Engine(new FakeBackend());
  const wire = new ReadingWire();
  const home = new Connections(engine, originOf(engine));
  const connection = new StreamTransport(engine, wire, new Protocol(), boundsOf({}), home).start();
  engine.run(() => {
    connection.pauseProducing();
    connection.resumeProducing();
    connection.registerProducer({ resumeProducing: () => connection.pauseProducing(), stopProducing: () => {} }, false);
  });
  assert.equal(connection.paused, true);
  assert.equal(wire.reading, false);
});
