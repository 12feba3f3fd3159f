import { callbackName } from '../values/callback-name.ts';
import { bytes, compact, lasting, milliseconds } from './amounts.ts';
import { fitted, widthOf } from './cells.ts';
import { SORTED, tableOf } from './columns.ts';
import type { Look } from './look.ts';
import type { ShownFrame, ShownRow } from './shown-frame.ts';

/** A line of the screen, at most as wide as that, and what it is. */
export interface Line {
  readonly text: string;
  readonly kind: 'plain' | 'title' | 'heading' | 'warning' | 'waiting' | 'faint';
}

/** A frame, and what is known around it. */
export interface Scene {
  /** The address of the inspector. */
  readonly target: string;
  readonly frame: ShownFrame;
  /** How many matching connections stand before the first row of the frame. */
  readonly offset: number;
  /** For how many milliseconds no frame has come; absent while they come in time. */
  readonly silentMs?: number;
}

/** How many columns and lines there are. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

const KEYS = 's sort  r reverse  / filter  p pause  q quit';
/** Two items of a line. */
const APART = '   ';

/** What the screen shows: at most `height` lines. */
export function screen(scene: Scene, look: Look, size: Size): readonly Line[] {
  const { head, table, room } = parts(scene, look, size);
  const shown = table.slice(0, room + 1);
  const filling = new Array<Line>(Math.max(0, size.height - head.length - shown.length - 1)).fill(plain(''));
  const lines = [...head, ...shown, ...filling].slice(0, Math.max(0, size.height - 1));
  return size.height < 1 ? [] : [...lines, footer(scene, look, room, size.width)];
}

/** How many rows a screen of that size has room for. */
export function roomFor(scene: Scene, look: Look, size: Size): number {
  return parts(scene, look, size).room;
}

/** The head and the whole table as plain text, `width` columns wide. */
export function printed(scene: Scene, look: Look, width: number): string {
  const { head, table } = parts(scene, look, { width, height: Number.POSITIVE_INFINITY });
  return [...head, plain(''), ...table].map(({ text }) => `${text.trimEnd()}\n`).join('');
}

/** How many rows there are to see in all. */
export function rowsIn({ frame }: Scene, { most }: Look): number {
  return Math.min(frame.matching, most);
}

function parts(scene: Scene, look: Look, { width, height }: Size): { head: Line[]; table: Line[]; room: number } {
  const head = headOf(scene, look, width);
  const room = Math.max(0, height - head.length - 2);
  const { frame, offset } = scene;
  const rows = frame.rows.slice(Math.max(0, look.first - offset)).slice(0, room);
  const { heading, lines } = tableOf(frame, rows, look.sort, width);
  const table: Line[] = [{ text: heading, kind: 'heading' }];
  for (const [at, text] of lines.entries()) table.push({ text, kind: kindOf(rows[at]) });
  return { head, table, room };
}

function kindOf(row: ShownRow | undefined): Line['kind'] {
  return row === undefined || row.waiting === 'nothing' ? 'plain' : 'waiting';
}

function headOf(scene: Scene, look: Look, width: number): Line[] {
  const { target, frame, silentMs } = scene;
  const { totals, rates, loop, descriptors } = frame;
  const title = [`couplet-top  ${target}`, frame.runtime, `up ${lasting(frame.now - frame.since)}`];
  if (look.paused) title.push('PAUSED');
  if (frame.dropped > 0) title.push(`${frame.dropped} frames dropped`);
  const counts = [
    `open ${totals.open} (most ${totals.most})`,
    `accepted ${totals.accepted} (${compact(rates.accepted)}/s)`,
    `in ${bytes(rates.bytesIn)}/s`,
    `out ${bytes(rates.bytesOut)}/s`,
    `sockets ${descriptors.listening} listening + ${descriptors.accepted} accepted + ${descriptors.made} made`,
    `errors ${totals.errors}`,
  ];
  const lines = [
    ...flow(title, width).map((text): Line => ({ text, kind: 'title' })),
    ...flow([...processOf(frame), ...counts], width).map(plain),
    ...flow([refusals(totals.refused)], width).map(plain),
    ...flow([`asleep ${share(loop.asleep)}`, `late p99 ${milliseconds(loop.lateMs.p99)}`, held(frame)], width).map(
      plain,
    ),
  ];
  if (silentMs === undefined) return lines;
  const text = fitted(`no frame for ${milliseconds(silentMs)}: something may hold its event loop`, width);
  return [...lines, { text, kind: 'warning' }];
}

/** Which of several processes it is. */
function processOf({ processes = [] }: ShownFrame): string[] {
  const shown = processes.find((one) => one.shown);
  if (shown === undefined) return [];
  const others = processes.length === 1 ? '' : `, n for the next of ${processes.length}`;
  return [`process ${shown.slot}.${shown.generation} (pid ${shown.pid}${others})`];
}

function refusals(refused: Readonly<Record<string, number>>): string {
  const reasons = Object.entries(refused).filter(([, count]) => count > 0);
  const total = reasons.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return 'refused 0';
  return `refused ${total}: ${reasons.map(([code, count]) => `${code} ${count}`).join(', ')}`;
}

/** The last callback that held the loop. */
function held({ loop }: ShownFrame): string {
  const last = loop.held.at(-1);
  if (last === undefined) return 'held -';
  const where = last.connection === undefined ? '' : `, connection ${last.connection}`;
  return `held ${callbackName(last)} ${milliseconds(last.ms)}${where}`;
}

function share(part: number): string {
  return `${(part * 100).toFixed(1)} %`;
}

function footer(scene: Scene, look: Look, room: number, width: number): Line {
  if (look.draft !== undefined) return { text: fitted(`filter: ${look.draft}_`, width), kind: 'title' };
  const rows = rowsIn(scene, look);
  const last = Math.min(rows, look.first + room);
  const { total, matching } = scene.frame;
  const { title = look.sort, numeric = true } = SORTED.find(({ sort }) => sort === look.sort) ?? {};
  const [up, down] = numeric ? ['smallest first', 'largest first'] : ['A to Z', 'Z to A'];
  const items = [
    rows === 0
      ? `none of ${total}`
      : `${look.first + 1}-${last} of ${matching === total ? total : `${matching}/${total}`}`,
    `by ${title}, ${look.descending ? down : up}`,
  ];
  if (look.filter !== '') items.push(`with '${look.filter}'`);
  return { text: fitted([...items, KEYS].join(APART), width), kind: 'faint' };
}

function plain(text: string): Line {
  return { text, kind: 'plain' };
}

/** The items, as many on a line as have room. */
function flow(items: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const item of items) {
    const text = fitted(item, width);
    const before = lines.at(-1);
    if (before !== undefined && widthOf(before) + APART.length + widthOf(text) <= width)
      lines[lines.length - 1] = before + APART + text;
    else lines.push(text);
  }
  return lines;
}
