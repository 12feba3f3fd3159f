import { shown } from '../configuration/shown.ts';

/** The times of a unit of systemd, in milliseconds; `Infinity` for none. */
export interface UnitTimes {
  readonly stopMs: number;
  readonly watchdogMs: number;
  /** What cannot be read, a line each. */
  readonly flaws: readonly string[];
}

/** What systemd waits for at a stop unless a unit says otherwise (systemd-system.conf(5)). */
const USUAL_STOP_MS = 90_000;

/** The units of time spans (systemd.time(7)), in milliseconds. */
const UNITS: ReadonlyMap<string, number> = new Map([
  ...named(0.001, 'us', 'usec', 'µs', 'μs'),
  ...named(1, 'ms', 'msec'),
  ...named(1000, '', 's', 'sec', 'second', 'seconds'),
  ...named(60_000, 'm', 'min', 'minute', 'minutes'),
  ...named(3_600_000, 'h', 'hr', 'hour', 'hours'),
  ...named(86_400_000, 'd', 'day', 'days'),
  ...named(604_800_000, 'w', 'week', 'weeks'),
  ...named(2_629_800_000, 'M', 'month', 'months'),
  ...named(31_557_600_000, 'y', 'year', 'years'),
]);

/** Reads the times of a unit. 0 switches either off, as no value does for the watchdog. */
export function unitTimes(text: string): UnitTimes {
  const flaws: string[] = [];
  let stopMs = USUAL_STOP_MS;
  let watchdogMs = Number.POSITIVE_INFINITY;
  const { found, entries } = serviceEntries(text);
  if (!found) flaws.push('the file has no section [Service]');
  for (const [key, value] of entries) {
    const isStop = key === 'TimeoutStopSec' || key === 'TimeoutSec';
    if (!isStop && key !== 'WatchdogSec') continue;
    const usual = isStop ? USUAL_STOP_MS : Number.POSITIVE_INFINITY;
    const ms = value === '' ? usual : spanMs(value);
    if (ms === undefined) flaws.push(`${key} is ${shown(value)}, not a time such as 35, 1min 30s or infinity`);
    else if (isStop) stopMs = ms === 0 ? Number.POSITIVE_INFINITY : ms;
    else watchdogMs = ms === 0 ? Number.POSITIVE_INFINITY : ms;
  }
  return { stopMs, watchdogMs, flaws };
}

/** The time that a span such as `1min 30s` stands for, in milliseconds; undefined if it is not one. */
export function spanMs(text: string): number | undefined {
  if (text === 'infinity') return Number.POSITIVE_INFINITY;
  const PART = /\s*(\d+(?:\.\d*)?|\.\d+)\s*([a-zµμ]*)/giy;
  let ms = 0;
  while (PART.lastIndex < text.length) {
    const [, digits, unit = ''] = PART.exec(text) ?? [];
    const factor = UNITS.get(unit);
    if (digits === undefined || factor === undefined) return undefined;
    ms += Number(digits) * factor;
  }
  return text === '' ? undefined : ms;
}

/** The settings of the section [Service], in their order. A backslash at the end of a line continues it (systemd.syntax(7)). */
function serviceEntries(text: string): { found: boolean; entries: [string, string][] } {
  const entries: [string, string][] = [];
  let [section, found] = ['', false];
  let continued: string | undefined;
  for (const raw of text.split(/\r?\n/)) {
    if (/^\s*[#;]/.test(raw)) continue;
    const line = continued === undefined ? raw : `${continued} ${raw}`;
    continued = line.endsWith('\\') ? line.slice(0, -1) : undefined;
    if (continued !== undefined) continue;
    const [, name] = /^\s*\[([^\]]*)\]\s*$/.exec(line) ?? [];
    if (name !== undefined) section = name;
    found ||= section === 'Service';
    const at = line.indexOf('=');
    if (section === 'Service' && name === undefined && at > 0)
      entries.push([line.slice(0, at).trim(), line.slice(at + 1).trim()]);
  }
  return { found, entries };
}

function named(ms: number, ...names: string[]): [string, number][] {
  return names.map((name) => [name, ms]);
}
