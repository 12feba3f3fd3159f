import type { Backend, Resolver } from '../../seam/backend.ts';
import type { Cause } from '../../seam/cause.ts';
import type { ClockFacet } from '../../seam/clock.ts';
import type { Streams } from '../../seam/streams.ts';
import type { Surroundings } from '../../seam/surroundings.ts';
import { BrowserAlarm } from './alarm.ts';
import { Turns } from './turns.ts';

const NOT_HERE: Cause = { kind: 'other', code: 'ENOTSUP', detail: 'no sockets in a browser: use couplet/sim' };

const streams: Streams = {
  listen: async () => NOT_HERE,
  connect: (_, attempt) => {
    const failing = setTimeout(() => attempt.onFailed(NOT_HERE));
    return { cancel: () => clearTimeout(failing) };
  },
  tlsContext: () => ({ ...NOT_HERE, kind: 'tls' }),
};

const names: Resolver = { resolve: async () => ({ ...NOT_HERE, kind: 'lookup' }) };

/** A page has no process: there is nothing in its environment, and no signal comes. */
const surroundings: Surroundings = {
  pid: 0,
  environment: () => undefined,
  readFile: async () => ({ ...NOT_HERE, detail: 'no files in a browser' }),
  catchSignals: () => () => {},
  warn: (line) => console.error(line),
};

/** The backend of pages, which have time, chance and turns of an event loop, and no sockets: `couplet` of a page is to be played in worlds. */
export class BrowserBackend implements Backend {
  readonly name = 'browser';
  readonly clock: ClockFacet = clock();
  readonly streams: Streams = streams;
  readonly names: Resolver = names;
  readonly surroundings: Surroundings = surroundings;
  readonly sibling = (): Backend => new BrowserBackend();
}

function clock(): ClockFacet {
  const alarm = new BrowserAlarm();
  const turns = new Turns();
  return {
    now: () => performance.now(),
    wallClock: () => Date.now(),
    random: () => Math.random(),
    alarm: (at, ring) => alarm.set(at, ring),
    defer: (task) => queueMicrotask(task),
    yield: (task) => turns.push(task),
  };
}
