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

function tellGoal(row: Row, verdict: Verdict): string {
  const { of, metric, peer, atMost, atLeast, median, quartiles, lost } = verdict;
  const own = row.metrics.find(({ name }) => name === metric);
  const digits = peer === undefined ? (own?.digits ?? 0) : 3;
  const bound = atMost === undefined ? `at least ${bounded(atLeast)}` : `at most ${bounded(atMost)}`;
  const what = peer === undefined ? own?.title : `${metric}/${peer}`;
  const middle = quartiles.map((end) => figure(end, digits)).join(' to ');
  const left = lost === 0 ? '' : `; ${lost} pairs are not counted: a thread of a server ended`;
  return `goal: ${what} of ${of} ${bound}: ${figure(median, digits)} (half the rounds ${middle}), ${verdict.verdict}${left}`;
}

function bounded(value: number | undefined): string {
  return value === undefined ? '-' : value.toLocaleString('en-US', { maximumFractionDigits: 3 });
}

function percent(share: number, digits: number): string {
  return Number.isFinite(share) ? `${figure(share * 100, digits)}%` : '-';
}

/** A row as text; the load average is that at its end. */
export function tell(row: Row, summaries: readonly Summary[], verdicts: readonly Verdict[], load: number): string {
  const ratios = row.metrics
    .filter((metric) => metric.compared)
    .flatMap(({ name }) => peers.map((peer) => `${name}/${peer}`))
    .filter((name) => summaries.some((summary) => Number.isFinite(summary.ratios[name])));
  const head = ['', ...row.metrics.map(({ title }) => title), ...ratios, 'spread', 'busy'];
  const body = summaries.map((summary) => [
    summary.name,
    ...row.metrics.map(({ name, digits }) => figure(summary.figures[name], digits)),
    ...ratios.map((name) => figure(summary.ratios[name], 2)),
    percent(summary.spread, 1),
    percent(summary.busy, 0),
  ]);
  const [top = '', ...lines] = align([head, ...body]);
  return [
    `${row.name}: ${row.work}; load average ${figure(load, 2)}`,
    top.trimEnd(),
    ...lines.map((line, i) => `${line}  ${summaries[i]?.notes.join('; ') ?? ''}`.trimEnd()),
    ...verdicts.map((verdict) => tellGoal(row, verdict)),
    '',
  ].join('\n');
}
