const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P'];

/** A number in at most four characters, with the prefix of its thousands: `7`, `0.5`, `310`, `5.1k`, `64k`, `1.5M`. */
export function compact(amount: number): string {
  const [digits, prefix] = scaled(amount);
  return `${digits}${prefix}`;
}

/** A number of bytes with its unit: `310 B`, `5.1 kB`. */
export function bytes(amount: number): string {
  const [digits, prefix] = scaled(amount);
  return `${digits} ${prefix}B`;
}

function scaled(amount: number): readonly [digits: string, prefix: string] {
  let value = amount;
  let step = 0;
  while (value >= 999.5 && step < PREFIXES.length - 1) {
    value /= 1000;
    step += 1;
  }
  const whole = value >= 9.95 || Number.isInteger(value);
  return [value.toFixed(whole ? 0 : 1), PREFIXES[step] ?? ''];
}

/** A length of time, from seconds to days: `0:07`, `12:31`, `1:02:03`, `3d 04h`. */
export function lasting(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [minutes, hours, days] = [60, 3600, 86_400].map((unit) => Math.floor(seconds / unit));
  if (days !== undefined && days > 0) return `${days}d ${two((hours ?? 0) % 24)}h`;
  const rest = `${two((minutes ?? 0) % 60)}:${two(seconds % 60)}`;
  return hours !== undefined && hours > 0 ? `${hours}:${rest}` : `${minutes}:${two(seconds % 60)}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

/** Milliseconds: `0.4 ms`, `412 ms`, `5.2 s`. */
export function milliseconds(ms: number): string {
  if (ms >= 9_999.5) return `${(ms / 1000).toFixed(0)} s`;
  if (ms >= 999.5) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms < 9.95 ? ms.toFixed(1) : ms.toFixed(0)} ms`;
}
