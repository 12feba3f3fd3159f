// What is kept of a run of the bench, and how it is read: figures and verdicts come out of the samples by the bench's own arithmetic.
import { rows } from '../bench/src/rows.ts';
import { median, quantile } from '../bench/src/statistics.ts';
import { judge, summarize } from '../bench/src/summary.ts';

/** How many digits of a sample are kept: more than any of them is good for. */
const DIGITS = 4;

/** What is committed of a run: every sample, a line for each contender in each row. */
export function kept({ date, commit, machine, versions, options, seconds, late, rows: all }) {
  const head = { date, commit, machine, versions, options, seconds: rounded(seconds), late };
  const lines = all.map(({ row, loadAverage, summaries, measured }) => {
    const contenders = measured.map(({ name, samples, failure }, at) => {
      const { busy, notes } = summaries[at];
      const names = [...new Set(samples.flatMap(({ figures }) => Object.keys(figures)))];
      const figures = Object.fromEntries(
        names.map((figure) => [figure, samples.map((sample) => rounded(sample.figures[figure] ?? null))]),
      );
      return `      ${JSON.stringify({ name, busy: rounded(busy), notes, failure, figures })}`;
    });
    const about = `"row": ${JSON.stringify(row)}, "loadAverage": ${rounded(loadAverage)}`;
    return `    { ${about}, "contenders": [\n${contenders.join(',\n')}\n    ] }`;
  });
  return `${JSON.stringify(head, null, 2).replace(/\n}$/, '')},\n  "rows": [\n${lines.join(',\n')}\n  ]\n}\n`;
}

function rounded(value) {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(DIGITS)) : value;
}

/** What is committed, with the row of the bench that each of its rows is, its figures, ratios and verdicts. */
export function measuredIn({ rows: all, ...about }) {
  const found = all.flatMap(({ row: name, loadAverage, contenders }) => {
    const row = rows.find((one) => one.name === name);
    if (row === undefined) return [];
    const results = contenders.map((contender) => resultOf(contender));
    const summaries = summarize(row, results).map((summary, at) => ({
      ...summary,
      busy: contenders[at].busy,
      notes: contenders[at].notes,
      failure: contenders[at].failure,
      rounds: results[at].samples.length,
    }));
    const quartiles = (of, metric) => {
      const values = (contenders.find(({ name }) => name === of)?.figures[metric] ?? []).filter((one) => one !== null);
      return [quantile(values, 0.25), quantile(values, 0.75)];
    };
    const ratio = (of, peer, metric) => ratioOf(contenders, of, peer, metric);
    const settling = (of) => settlingOf([{ contenders }], of);
    return [{ row, loadAverage, summaries, goals: judge(row, results), quartiles, ratio, settling }];
  });
  return { ...about, rows: found, settling: (of) => settlingOf(all, of) };
}

/** How many rounds are the first ones of a row, and how many the last ones. */
const ENDS = 3;

/** What a contender's CPU time in the last rounds of a row is by that in the first ones, in the median of rows. */
function settlingOf(all, of) {
  const ratios = all.flatMap(({ contenders }) => {
    const values = (contenders.find(({ name }) => name === of)?.figures.cpu ?? []).filter((value) => value !== null);
    return values.length < 4 * ENDS ? [] : [median(values.slice(-ENDS)) / median(values.slice(0, ENDS))];
  });
  return median(ratios);
}

/** As the bench has them; what could not be measured is `null` in the file. */
function resultOf({ name, failure, figures }) {
  const count = Math.max(0, ...Object.values(figures).map(({ length }) => length));
  const samples = Array.from({ length: count }, (_, round) => ({
    figures: Object.fromEntries(
      Object.entries(figures).map(([metric, values]) => [metric, values[round] ?? Number.NaN]),
    ),
  }));
  return failure === undefined ? { name, samples } : { name, samples, failure };
}

/** The median over the rounds of one contender's figure by that of another; NaN when one of them took no part. */
function ratioOf(contenders, of, peer, metric) {
  const [own, other] = [of, peer].map((name) => contenders.find((one) => one.name === name)?.figures[metric] ?? []);
  return median(own.map((value, round) => value / other[round]).filter((value) => Number.isFinite(value)));
}
