import { duration } from './format.ts';
import type { Tape, Track } from './tape.ts';
import { WAITS } from './waits.tsx';
import { say } from './words.ts';

/** A callback that ran for as long is red, and has its name. */
const HELD_MS = 10;
const HEAD = 24;
const THREAD = 34;

/** How high a lane is, for as many. */
function heightOf(lanes: number): number {
  return lanes <= 8 ? 54 : lanes <= 16 ? 36 : lanes <= 40 ? 22 : 14;
}

interface Scale {
  /** How wide the names at the left are. */
  readonly label: number;
  readonly from: number;
  readonly to: number;
  readonly x: (at: number) => number;
}

/** What was recorded since a time, as SVG: the thread above, a lane for each connection below it. */
export function TimelinePicture({
  tape,
  from,
  width,
}: {
  readonly tape: Tape;
  readonly from: number;
  readonly width: number;
}) {
  const { to } = tape;
  const tracks = [...tape.tracks.values()].filter(({ seen }) => seen > from);
  const high = heightOf(tracks.length);
  const height = HEAD + THREAD + tracks.length * high + 6;
  const label = Math.min(214, width * 0.28);
  const perMs = (width - label - 12) / (to - from);
  const scale: Scale = { label, from, to, x: (at) => label + (Math.min(to, Math.max(from, at)) - from) * perMs };
  const held = tape.callbacks.filter(([at, ms]) => ms >= HELD_MS && at + ms > from);
  return (
    <svg
      class="picture"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={say('view.timeline')}
    >
      <title>{say('view.timeline')}</title>
      <defs>
        <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path class="hatch" d="M1 0v6" />
        </pattern>
      </defs>
      <Axis scale={scale} height={height} />
      <Thread tape={tape} scale={scale} />
      {tracks.map((track, at) => (
        <LaneRow key={track.id} track={track} scale={scale} y={HEAD + THREAD + at * high} high={high} />
      ))}
      {held.map(([at, ms, connection, name]) => (
        <g key={`${at} ${name}`} class="held">
          <rect
            class="wash"
            x={scale.x(at)}
            y={HEAD}
            width={scale.x(at + ms) - scale.x(at)}
            height={height - HEAD - 6}
          />
          <rect
            class="solid"
            x={scale.x(at)}
            y={HEAD + 3}
            width={Math.max(2, scale.x(at + ms) - scale.x(at))}
            height={THREAD - 8}
          >
            <title>{say('held.line', name, duration(ms)) + (connection === 0 ? '' : say('held.of', connection))}</title>
          </rect>
        </g>
      ))}
      <Names held={held} scale={scale} />
    </svg>
  );
}

/** Grid lines, with seconds before now. */
function Axis({ scale, height }: { readonly scale: Scale; readonly height: number }) {
  const seconds = (scale.to - scale.from) / 1000;
  const least = (70 * seconds) / (scale.x(scale.to) - scale.label);
  const step = [0.25, 0.5, 1, 2, 5, 10, 20].find((one) => one >= least) ?? 30;
  const steps = Array.from({ length: Math.floor(seconds / step) + 1 }, (_, at) => at * step);
  return (
    <g class="axis">
      {steps.map((ago) => {
        const x = scale.x(scale.to - ago * 1000);
        return (
          <g key={ago}>
            <path d={`M${x} ${HEAD - 6}V${height}`} />
            <text x={x} y="13">
              {ago === 0 ? say('now') : say('ago', ago)}
            </text>
          </g>
        );
      })}
    </g>
  );
}

/** The thread: hatched where it waits, a hairline for each callback. */
function Thread({ tape, scale }: { readonly tape: Tape; readonly scale: Scale }) {
  const begin = scale.x(tape.from);
  const marks = columns(
    tape.callbacks.filter(([at]) => at >= scale.from),
    scale,
  );
  return (
    <g class="thread" transform={`translate(0 ${HEAD})`}>
      <text class="name" x="16" y="21">
        {say('timeline.thread')}
      </text>
      <rect class="asleep" x={begin} y="3" width={Math.max(0, scale.x(scale.to) - begin)} height={THREAD - 8} />
      <path class="callback" d={marks.map(([x]) => `M${x} 3v${THREAD - 8}`).join('')} />
      <path class="edge" d={`M0 ${THREAD - 1}H${scale.x(scale.to)}`} />
    </g>
  );
}

/** The name of each held callback, in the room between the one before and its own. */
function Names({ held, scale }: { readonly held: Tape['callbacks']; readonly scale: Scale }) {
  const shown = held.flatMap(([at, ms, , name], index) => {
    const [before, lasted] = held[index - 1] ?? [0, 0];
    const x = scale.x(at) - 5;
    const lasts = ` ${duration(ms)}`;
    const room = (x - scale.x(before + lasted)) / 8 - lasts.length - 1;
    return room < 4 ? [] : [{ x, text: shorten(name, room) + lasts }];
  });
  return (
    <>
      {shown.map(({ x, text }) => (
        <g key={x} class="who">
          <rect x={x - text.length * 8 - 4} y={HEAD + 2} width={text.length * 8 + 8} height={THREAD - 6} />
          <text x={x} y={HEAD + 20}>
            {text}
          </text>
        </g>
      ))}
    </>
  );
}

/** A connection: reads above its line, writes below, hatched where it waits, with the word. */
function LaneRow(props: { readonly track: Track; readonly scale: Scale; readonly y: number; readonly high: number }) {
  const { track, scale, y, high } = props;
  const middle = high / 2;
  const [begin, end] = [scale.x(track.since), scale.x(track.seen)];
  const chunks = track.chunks.filter(([at]) => at >= scale.from);
  const ticks = (sign: 1 | -1): string =>
    columns(
      chunks.filter(([, bytes]) => bytes * sign > 0),
      scale,
    )
      .map(([x, bytes]) => `M${x} ${middle}v${(-sign * sizeOf(Math.abs(bytes)) * (middle - 3)).toFixed(1)}`)
      .join('');
  return (
    <g class="lane" transform={`translate(0 ${y})`}>
      <title>{`#${track.id} ${track.label}`}</title>
      <text class={high < 16 ? 'name tiny' : 'name'} x="16" y={middle + 4}>
        {shorten(`#${track.id} ${track.label}`, (scale.label - 24) / 8.6)}
      </text>
      <Waiting track={track} scale={scale} high={high} />
      <path class="line" d={`M${begin} ${middle}H${end}`} />
      <path class="reads" d={ticks(1)} />
      <path class="writes" d={ticks(-1)} />
      {end < scale.x(scale.to) - 1 && <path class="line" d={`M${end} 4V${high - 4}`} />}
    </g>
  );
}

/** The times in which a connection waits, in one path for each kind, and the word where there is room for it. */
function Waiting({ track, scale, high }: { readonly track: Track; readonly scale: Scale; readonly high: number }) {
  const waits = track.waits.filter(([, to]) => to > scale.from);
  return (
    <>
      {WAITS.map(({ name }) => {
        const d = waits
          .filter(([, , waiting]) => waiting === name)
          .map(([from, to]) => `M${scale.x(from)} 2H${scale.x(to)}V${high - 2}H${scale.x(from)}z`)
          .join('');
        return (
          d !== '' && (
            <g key={name} class={`wait t-${name}`}>
              <path d={d} />
              <path class="hatched" d={d} />
            </g>
          )
        );
      })}
      {high > 16 &&
        waits.map(([from, to, waiting]) => {
          const wide = scale.x(to) - scale.x(from);
          const whole = say(`means.${waiting}`);
          const word = wide > whole.length * 9 ? whole : say(`waits.${waiting}`);
          return (
            wide > word.length * 9 + 12 && (
              <text key={from} class="word" x={scale.x(from) + wide / 2} y={high - 7}>
                {word}
              </text>
            )
          );
        })}
    </>
  );
}

/** A text of at most as many characters. */
function shorten(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** How high a tick is, from 0 to 1: bytes differ too much for a linear scale. */
function sizeOf(bytes: number): number {
  return Math.min(1, 0.3 + Math.log2(bytes + 1) / 24);
}

/** Joins what falls into the same half of a pixel: however much there is, a row has no more marks than its width. */
function columns(
  items: readonly (readonly [at: number, amount: number, ...unknown[]])[],
  scale: Scale,
): [x: number, amount: number][] {
  const marks: [x: number, amount: number][] = [];
  for (const [at, amount] of items) {
    const x = Math.round(scale.x(at) * 2) / 2;
    const last = marks.at(-1);
    if (last?.[0] === x) last[1] += amount;
    else marks.push([x, amount]);
  }
  return marks;
}
