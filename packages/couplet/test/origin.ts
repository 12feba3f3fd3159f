import { Factory } from 'couplet';
import type { Engine } from '../src/engine/engine.ts';
import type { Origin } from '../src/engine/origin.ts';
import { Tally } from '../src/engine/tally.ts';

/** A port that connections of a test come from. */
export function originOf(engine: Engine, factory: Origin['factory'] = new Factory()): Origin {
  return { id: engine.newId(), role: 'server', factory, tally: new Tally(engine.tally) };
}
