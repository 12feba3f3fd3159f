/** A length of time in milliseconds, printed like Python's `timedelta`: `0:00:10.126361`, `1 day, 2:03:04`. */
export function duration(ms: number): string {
  const micros = Math.round(ms * 1000);
  const seconds = Math.floor(micros / 1_000_000);
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor(seconds / 3600) % 24;
  const clock = `${hours}:${padded(Math.floor(seconds / 60) % 60, 2)}:${padded(seconds % 60, 2)}`;
  const fraction = micros % 1_000_000;
  const date = days === 0 ? '' : `${days} ${days === 1 ? 'day' : 'days'}, `;
  return `${date}${clock}${fraction === 0 ? '' : `.${padded(fraction, 6)}`}`;
}

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
