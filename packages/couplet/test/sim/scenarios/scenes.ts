import { CLOCKS } from './clocks.ts';
import { CLOSING } from './closing.ts';
import { FAILURES } from './failures.ts';
import { LIMITS } from './limits.ts';
import { OUTAGES } from './outages.ts';
import { PIPES } from './pipes.ts';
import { PRESSURE } from './pressure.ts';
import { PROXIES } from './proxies.ts';
import type { Scene } from './scene.ts';
import { SERVICES } from './services.ts';
import { TLS } from './tls.ts';

/** Every scenario that many seeds are played of. */
export const SCENES: readonly Scene[] = [
  ...PRESSURE,
  ...CLOSING,
  ...LIMITS,
  ...CLOCKS,
  ...FAILURES,
  ...OUTAGES,
  ...PIPES,
  ...SERVICES,
  ...TLS,
  ...PROXIES,
];
