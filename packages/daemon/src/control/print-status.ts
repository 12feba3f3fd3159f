import { printable } from '../log/printable.ts';
import type { StatusReport } from './report.ts';

/** Writes a status report for people: a line for the daemon, and tables of listeners and workers. */
export function printStatus(report: StatusReport): string {
  const { name, pid, state, ready, reason, generation, uptimeSeconds, services, listeners, slots, drops, ledger } =
    report;
  const why = ready || reason === undefined ? '' : `: ${reason}`;
  const listening = new Set(listeners.map(({ service }) => service));
  const others = services.filter(({ path }) => !listening.has(path));
  const lines = [
    `${name}: ${state}${why}, pid ${pid}, generation ${generation}, up ${age(uptimeSeconds)}`,
    ...table(
      ['SERVICE', 'LISTENER', 'OPEN', 'ACCEPTED', 'REFUSED'],
      [
        ...listeners.map(({ service, listener, open, accepted, refused }) => [
          service,
          listener,
          open,
          accepted,
          refused,
        ]),
        ...others.map(({ path, listen, kind }) => [path, listen.join(' ') || kind]),
      ],
    ),
    ...table(
      ['SLOT', 'GROUP', 'GENERATION', 'STATE', 'PID', 'OPEN', 'UP'],
      slots.map((slot) => [
        slot.slot,
        slot.group,
        slot.generation,
        slot.state,
        slot.pid ?? '-',
        slot.connections,
        age(slot.uptimeSeconds),
      ]),
    ),
  ];
  const dropped = [
    ...(drops.logLines > 0 ? [`${drops.logLines} lines of the log`] : []),
    ...(drops.busMessages > 0 ? [`${drops.busMessages} messages of the bus`] : []),
  ];
  if (dropped.length > 0) lines.push(`dropped: ${dropped.join(', ')}`);
  if (ledger !== undefined)
    lines.push(
      `ledger: ${ledger.up ? 'up' : 'away'}, ${ledger.granted} granted, ${ledger.refused} refused, ${ledger.unknown} unknown`,
    );
  return `${lines.map(printable).join('\n')}\n`;
}

/** Columns as wide as their widest cell; numbers are to the right. Nothing without rows. */
function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  if (rows.length === 0) return [];
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => String(row[at] ?? '').length)));
  return [head, ...rows].map((row) =>
    row
      .map((cell, at) => {
        const width = widths[at] ?? 0;
        return typeof rows[0]?.[at] === 'number' ? String(cell).padStart(width) : String(cell).padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
}

/** A time in its two largest units: `3d 4h`, `12m 5s`. */
function age(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [days, hours, minutes] = [86_400, 3600, 60].map((size) => Math.floor(whole / size));
  if (days) return `${days}d ${(hours ?? 0) % 24}h`;
  if (hours) return `${hours}h ${(minutes ?? 0) % 60}m`;
  return minutes ? `${minutes}m ${whole % 60}s` : `${whole}s`;
}
