import type { Processes } from '../../seam/processes.ts';
import { type Kill, spawn as spawnWith } from '../node/spawn.ts';

/** Starts a child. */
export const spawn: Processes['spawn'] = (place, sink) => spawnWith(place, sink, kill);

/** Deno sends a child one signal, and reports that one as what ended it. So it is made to forget each. */
const kill: Kill = (child, signal) => {
  const sent = child.kill(signal);
  Object.assign(child, { killed: false, signalCode: null });
  return sent;
};
