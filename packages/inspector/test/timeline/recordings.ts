import type { Lane, RecordedCallback, RecordedRun, Recording, Span } from '../../src/timeline/recording.ts';

/** A poem: how many bytes it has, how many come each 100 ms, and when its first ones come. */
interface Pace {
  readonly bytes: number;
  readonly each: number;
  readonly first: number;
}

/** The three poems of `npm start`. */
const POEMS: readonly Pace[] = [
  { bytes: 2957, each: 30, first: 1.8 },
  { bytes: 605, each: 10, first: 2.1 },
  { bytes: 648, each: 10, first: 2.3 },
];

/** How long a callback takes in these recordings. */
const CALLBACK_MS = 0.04;

/** The three poems, one after the other. */
export function blocking(poems: readonly Pace[] = POEMS, name = 'get-poetry --blocking'): RecordedRun {
  let begin = 0;
  const lanes = poems.map((poem, at) => {
    const lane = laneOf(at + 1, poem, begin);
    begin = lane.end?.at ?? begin;
    return lane;
  });
  return runOf(name, lanes);
}

/** The three poems, all at once. */
export function together(poems: readonly Pace[] = POEMS, name = 'get-poetry'): RecordedRun {
  return runOf(
    name,
    poems.map((poem, at) => laneOf(at + 1, poem, 0)),
  );
}

/** Both, in one picture. */
export function compared(): Recording {
  return { runs: [blocking(), together()] };
}

/** Many poems with long names, some of which fail, one of which is not finished, and a callback that holds the thread. */
export function troubled(): Recording {
  const run = together(
    Array.from({ length: 12 }, (_, at) => ({ bytes: 300 + 50 * at, each: 10 + at, first: 2 + 7 * at })),
    'get-poetry <& "friends">',
  );
  const lanes = run.lanes.map((lane, at): Lane => {
    if (at === 3)
      return { ...lane, chunks: [], spans: spansOf(0, 0, 120), end: { at: 120, failure: 'connection refused' } };
    if (at === 7) {
      const place = 'tls:a-host-with-quite-a-long-name.example.org:10000:timeout=5';
      return {
        ...lane,
        place,
        end: { at: lane.end?.at ?? 0, failure: 'got 320 bytes of poetry, expected 1000 bytes of it' },
      };
    }
    if (at !== 9) return lane;
    const { end: _, ...open } = lane;
    return open;
  });
  const held = { at: 1500, ms: 412, lane: 2, name: 'Shout.lineReceived' };
  const callbacks = [...run.callbacks.filter(({ at }) => at < 1500 || at > 1912), held];
  callbacks.sort((one, two) => one.at - two.at);
  return { runs: [{ ...run, lanes, callbacks, busyMs: run.busyMs + 412 }] };
}

function laneOf(number: number, { bytes, each, first }: Pace, begin: number): Lane {
  const connected = begin + 0.9;
  const chunks = Array.from({ length: Math.ceil(bytes / each) }, (_, at) => ({
    at: begin + first + at * 100.3,
    bytes: Math.min(each, bytes - at * each),
    direction: 'in' as const,
  }));
  const end = (chunks.at(-1)?.at ?? begin) + 1;
  const place = `127.0.0.1:${9999 + number}`;
  return { number, name: `Task ${number}`, place, spans: spansOf(begin, connected, end), chunks, end: { at: end } };
}

function spansOf(begin: number, connected: number, end: number): Span[] {
  const pending: Span[] = begin > 0 ? [{ kind: 'pending', from: 0, to: begin }] : [];
  return [
    ...pending,
    { kind: 'connecting', from: begin, to: connected },
    { kind: 'waiting', from: connected, to: end },
  ];
}

function runOf(name: string, lanes: readonly Lane[]): RecordedRun {
  const callbacks = lanes.flatMap(({ number, chunks }) =>
    chunks.map(({ at }): RecordedCallback => ({ at, ms: CALLBACK_MS, lane: number, name: 'Download.dataReceived' })),
  );
  callbacks.sort((one, two) => one.at - two.at);
  const endMs = Math.max(0, ...lanes.map(({ end }) => end?.at ?? 0)) + 0.5;
  return { name, endMs, busyMs: callbacks.reduce((sum, { ms }) => sum + ms, 0), lanes, callbacks };
}
