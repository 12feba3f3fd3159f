import type { Row } from './row.ts';
import { peers, type Summary, type Verdict } from './summary.ts';

/** A number with that many digits behind the point; a hyphen for one that is missing. */
export function figure(value: number | undefined, digits: number): string {
  if (value === undefined || !Number.isFinite(value)) return '-';
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Cells in columns: the first to the left, the others to the right. */
export function align(lines: readonly (readonly string[])[]): string[] {
  const widths = (lines[0] ?? []).map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)));
  return lines.map((line) =>
    line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
  );
}

function tellGoal(row: Row, { of, metric, peer, atMost, atLeast, value, middleHalf, met }: Verdict): string {
  const own = row.metrics.find(({ name }) => name === metric);
  const digits = peer === undefined ? (own?.digits ?? 0) : 3;
  const bound = atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`;
  const what = peer === undefined ? own?.title : `${metric}/${peer}`;
  const middle = middleHalf.map((end) => figure(end, digits)).join(' to ');
  return `goal: ${what} of ${of} ${bound}: ${figure(value, digits)} (half the rounds ${middle}), ${met ? 'met' : 'MISSED'}`;
}

/** A row as text. */
export function tell(row: Row, summaries: readonly Summary[], verdicts: readonly Verdict[]): string {
  const ratios = row.metrics
    .filter((metric) => metric.compared)
    .flatMap(({ name }) => peers.map((peer) => `${name}/${peer}`))
    .filter((name) => summaries.some((summary) => Number.isFinite(summary.ratios[name])));
  const head = ['', ...row.metrics.map(({ title }) => title), ...ratios, 'spread', ''];
  const body = summaries.map((summary) => [
    summary.name,
    ...row.metrics.map(({ name, digits }) => figure(summary.figures[name], digits)),
    ...ratios.map((name) => figure(summary.ratios[name], 2)),
    Number.isFinite(summary.spread) ? `${figure(summary.spread * 100, 1)}%` : '-',
  ]);
  const [top = '', ...lines] = align([head, ...body]);
  return [
    `${row.name}: ${row.work}`,
    top.trimEnd(),
    ...lines.map((line, i) => `${line}  ${summaries[i]?.notes.join('; ') ?? ''}`.trimEnd()),
    ...verdicts.map((verdict) => tellGoal(row, verdict)),
    '',
  ].join('\n');
}
