import { say } from './words.ts';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** Bytes in the unit that leaves at most four digits: `812 B`, `12.4 KiB`. */
export function bytes(value: number): string {
  let [unit, left] = [0, value];
  while (left >= 1000 && unit < UNITS.length - 1) {
    left /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? Math.round(left) : left.toFixed(left < 100 ? 1 : 0)} ${UNITS[unit]}`;
}

/** Bytes each second; nothing for none, so that what moves stands out. */
export function rate(value: number): string {
  return value < 0.5 ? '' : bytes(value);
}

/** A whole number with its thousands apart. */
export function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, '\u2009');
}

/** A part of 1 as percent, never rounded to all or nothing. */
export function percent(part: number): string {
  const value = part * 100;
  const shown = value > 99.9 && value < 100 ? 99.9 : value > 0 && value < 0.1 ? 0.1 : value;
  return say('percent', shown.toFixed(1));
}

/** A time with its unit, in the language of the page. */
export function duration(ms: number): string {
  if (ms < 10) return say('unit.ms', ms.toFixed(1));
  if (ms < 1000) return say('unit.ms', Math.round(ms));
  if (ms < 60_000) return say('unit.s', (ms / 1000).toFixed(ms < 10_000 ? 1 : 0));
  if (ms < 3_600_000) return say('unit.min', Math.floor(ms / 60_000));
  if (ms < 172_800_000) return say('unit.h', Math.floor(ms / 3_600_000));
  return say('unit.d', Math.floor(ms / 86_400_000));
}

/** How long something has run, as `00:12:31`; with `fine`, thousandths of a second. */
export function clock(ms: number, fine = false): string {
  const seconds = Math.floor(Math.max(0, ms) / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const text = parts.map((part) => String(part).padStart(2, '0')).join(':');
  return fine ? `${text}.${String(Math.floor(Math.max(0, ms)) % 1000).padStart(3, '0')}` : text;
}

/** An address as it is known. */
export function place(address: string | undefined): string {
  return address ?? say('unknown');
}
