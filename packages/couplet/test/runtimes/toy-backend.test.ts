import { describe, test } from 'node:test';
import { type BackendUnderTest, checkBackend } from 'couplet-conformance';
import { pair, ROOM, toyBackend } from './toy-backend.ts';

/** A pair of which the near wire is full: it holds a chunk, and the far one is paused. */
const clogged: BackendUnderTest['clogged'] = async (_backend, near, far) => {
  const end = { family: 'IPv4', host: '127.0.0.1', port: 1 } as const;
  const [one, other] = pair(end, { ...end, port: 2 });
  one.attach(near(one));
  other.attach(far(other));
  other.pause();
  while (one.write(Buffer.alloc(ROOM)));
  return async () => {};
};

describe('a toy backend in one file', () => {
  for (const { name, run } of checkBackend({ backend: toyBackend, clogged })) test(name, { timeout: 30_000 }, run);
});
