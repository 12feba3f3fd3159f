import type { Backend, Wire } from 'couplet/testing';
import { AllSuites } from '../all-suites.ts';
import { barePair, Ear } from '../bare-pair.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import type { BackendUnderTest } from '../stage.ts';

/** How many milliseconds to wait for what must not happen. */
const A_WHILE = 20;
const CHUNK = Buffer.alloc(64 * 1024, 'verse ');
/** More than any kernel holds. */
const MOST_CHUNKS = 1024;

/** Two connected wires: `near` holds a chunk, since `far` is paused. */
interface CloggedPair {
  readonly near: Ear;
  readonly far: Ear;
  /** Closes the port. */
  close(): Promise<void>;
}

/** R10, R6, R3: a wire whose kernel has no room, by itself. */
export function cloggedChecks(underTest: BackendUnderTest): Check[] {
  const suite = new AllSuites(underTest);

  const add = (name: string, scene: (pair: CloggedPair, backend: Backend) => Promise<void>): void => {
    suite.addBare(name, async (backend) => {
      const pair = await clogged(backend, underTest);
      await scene(pair, backend);
      await pair.close();
    });
  };

  add('R10 a clogged wire has room when its peer has read, and says so once', async ({ near, far }, backend) => {
    await pass(backend);
    expectSame(near.log, [], 'what is told before');
    far.wire.resume();
    await near.hears('writable');
    await pass(backend);
    expectSame(near.log, ['writable'], 'what is told');
    near.wire.abort();
    await Promise.all([near.hears('closed'), far.hears('closed')]);
  });

  for (const way of ['close', 'abort'] as const)
    add(`R6 a clogged wire is gone after ${way}, and tells nothing else`, async ({ near, far }, backend) => {
      near.wire[way]();
      await near.hears('closed');
      far.wire.resume();
      if (way === 'close') {
        await far.hears('eof');
        far.wire.close();
      }
      await far.hears('closed');
      await pass(backend);
      expectSame(near.log, ['closed'], 'what is told');
    });

  add('R3 a clogged wire whose peer aborts is gone, and never has room', async ({ near, far }) => {
    far.wire.abort();
    await Promise.all([near.hears('closed'), far.hears('closed')]);
    expect(!near.log.includes('writable'), `it tells ${near.log}`);
    if (underTest.resets !== false) expectSame(near.cause?.kind, 'reset', 'the kind of the cause');
  });

  return suite.checks;
}

/** The pair that `clogged` of the backend under test makes, or one over TCP that is filled here. */
async function clogged(backend: Backend, underTest: BackendUnderTest): Promise<CloggedPair> {
  if (underTest.clogged !== undefined) return made(backend, underTest.clogged);
  const { server, client, close } = await barePair(backend, underTest, 'tcp');
  client.wire.pause();
  // The kernel may enlarge its buffer when the peer's kernel has acknowledged what is in it.
  for (let written = 0; !(await holds(backend, server)); written += 1)
    expect(written < MOST_CHUNKS, 'the wire took 64 MiB and more: set clogged of BackendUnderTest');
  return { near: server, far: client, close };
}

/** Writes a chunk; resolves to whether the wire still holds it after a while. */
async function holds(backend: Backend, { wire, log }: Ear): Promise<boolean> {
  if (wire.write(CHUNK)) return false;
  await pass(backend);
  return log.splice(0).length === 0;
}

async function made(backend: Backend, make: NonNullable<BackendUnderTest['clogged']>): Promise<CloggedPair> {
  const ears: { near?: Ear; far?: Ear } = {};
  const seat = (which: 'near' | 'far') => (wire: Wire) => {
    const ear = new Ear(wire);
    ears[which] = ear;
    return ear;
  };
  const close = await make(backend, seat('near'), seat('far'));
  const { near, far } = ears;
  expect(near !== undefined && far !== undefined, 'clogged of BackendUnderTest did not call both near and far');
  return { near, far, close };
}

function pass(backend: Backend): Promise<void> {
  return new Promise((resolve) => {
    backend.clock.alarm(backend.clock.now() + A_WHILE, resolve);
  });
}
