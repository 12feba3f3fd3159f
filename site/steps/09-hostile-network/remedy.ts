// The same breakfast, with a bound on silence.
// Try it: npx couplet-sim remedy.ts

import { timeoutIdle } from 'couplet/policies';
import type { SimulateOptions, World } from 'couplet/sim';
import { breakfast } from './eggs.ts';

export const options: SimulateOptions = { profile: 'storm' };

// #region remedy
export const scenario = (world: World) =>
  breakfast(world, (factory) => timeoutIdle(factory, { idleTimeoutMs: 240_000 }));
// #endregion remedy
