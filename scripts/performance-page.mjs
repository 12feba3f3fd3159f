// The text of docs/performance.md. Every figure on it comes out of the results; words without figures are in performance-words.mjs.
import { PACES } from '../bench/src/pace.ts';
import { CONTENDERS, REASONS, ROWS } from './performance-words.mjs';

/** The rows whose CPU time the first table compares. */
const COMPARED = [
  ...['echo', 'lines-1', 'lines-100', 'netstrings', 'int32', 'resp', 'poems', 'fan-out', 'bulk'],
  ...['tls-handshakes', 'tls-bulk', 'tls-echo', 'tls-lines-100'],
];
const OWN = ['couplet', 'couplet-bun', 'couplet-deno'];

export function pageOf(results) {
  return `${[
    ...introduction(results),
    ...inShort(results),
    ...machine(results),
    ...pictures(),
    ...behind(results),
    ...everyRow(results),
    ...again(),
  ].join('\n')}\n`;
}

function introduction({ date, options, seconds }) {
  return [
    '# Performance',
    '',
    ...folded(
      `Couplet on Node, Bun and Deno beside the sockets of each runtime alone, C, Go, Twisted and older ways to do it on Node: one run of \`${commandOf(options)}\`, ${date.slice(0, 10)}, over loopback. It took ${number(seconds / 60, 0)} minutes${seconds > paceOf(options).limit ? ', the last of them for `-- --rest`, the rows for which there was no time at first' : ''}. \`npm run performance\` makes this page and its pictures from the samples of the run, bench/results/published.json, and a test compares them: no figure is typed by hand.`,
    ),
    '[bench/README.md](../bench/README.md) says what each row does and how it is measured.',
    '',
    '- **CPU** is user and system time of the server, all threads, for each message, line, connection or MiB. The rate of a row is what',
    '  the server and its load did together, on a core each, so it says less.',
    '- **Ratios** are taken within a round, in which all contenders are visited one after the other, and the median of the rounds is shown.',
    '  Figures depend on the machine and the hour, ratios much less. 1.10 by raw is a tenth more CPU than the same work by hand on',
    '  `node:net`, `Bun.listen` or `Deno.listen`.',
    '- A goal is **met** when both quartiles of the rounds are on its good side, **MISSED** when both are on the bad side, and **undecided**',
    '  otherwise.',
    '  With fewer than twelve rounds there is **no verdict**.',
    '',
  ];
}

function machine({
  machine: { cpu, cores, kernel, congestionControl, loadAverage, pinned, node },
  rows,
  versions,
  commit,
  late,
  settling,
}) {
  const loads = [loadAverage, ...rows.map((row) => row.loadAverage)];
  const busy = rows.flatMap(({ summaries }) =>
    summaries.flatMap((one) => (Number.isFinite(one.busy) ? [one.busy] : [])),
  );
  // The bench itself wants both cores.
  const crowded = medianOf(busy) < 0.8;
  const rounds = rows.flatMap(({ summaries }) => summaries.flatMap(({ rounds: count }) => (count > 0 ? [count] : [])));
  const lines = [
    ['processor', `${cpu}, ${cores} cores${crowded ? ', shared with other work' : ''}`],
    ['kernel', `Linux ${kernel}, TCP ${congestionControl}`],
    [
      'cores',
      pinned === undefined
        ? 'one, for server and load'
        : `server on core ${pinned.server}, load on core ${pinned.load}`,
    ],
    ['load average', `${number(Math.min(...loads), 1)} to ${number(Math.max(...loads), 1)} during the run`],
    [
      'servers had',
      `${percent(Math.min(...busy))} to ${percent(Math.max(...busy))} of their core, in the median ${percent(medianOf(busy))}`,
    ],
    ['rounds', `${Math.min(...rounds)} to ${Math.max(...rounds)} of each row`],
    // An earlier run did not note it.
    ...(commit === undefined ? [] : [['commit', commit]]),
    ['Node', node],
    ...versionsOf(versions),
  ];
  return [
    '## The machine',
    '',
    ...table(['', 'this run'], lines, ['left', 'left']),
    '',
    ...(crowded
      ? [
          'More processes wanted the cores than there are: rates are far below what the machine can do alone, and ratios scatter. What matters',
          'here is on which side of its goal a ratio lies with both of its quartiles.',
          '',
        ]
      : []),
    ...settled(settling),
    ...(late.length > 0 ? [`No time was left for these rows: ${late.map(nameOf).join(', ')}.`, ''] : []),
  ];
}

/** Whether servers were compiled when they were measured. */
function settled(settling) {
  const all = ['couplet', 'node', 'couplet-bun', 'bun', 'couplet-deno', 'deno', 'c'].flatMap((of) => {
    const change = settling(of) - 1;
    return Number.isFinite(change)
      ? [`${CONTENDERS[of].title} ${change < 0 ? '−' : '+'}${percent(Math.abs(change))}`]
      : [];
  });
  if (all.length === 0) return [];
  const text = `Whether servers were warm: from the first three rounds of a row to the last three their CPU time changed by this much, in the median of rows: ${all.join(', ')}. A fall means that a runtime was still compiling.`;
  return [...folded(text), ''];
}

/** What is not Couplet and not Node, with its version. */
function versionsOf(versions) {
  const told = { bun: 'Bun', deno: 'Deno', c: 'C', go: 'Go', twisted: 'Twisted', split2: 'split2' };
  return Object.entries(told).flatMap(([name, title]) =>
    versions[name] === undefined ? [] : [[title, versions[name].replace(/^(?:Bun|Deno|go) ?/, '')]],
  );
}

function inShort({ rows }) {
  const goals = rows.flatMap((row) => row.goals);
  const count = (verdict) => goals.filter((goal) => goal.verdict === verdict).length;
  const shown = COMPARED.flatMap((name) => rows.filter(({ row }) => row.name === name));
  const cells = shown.map((found) => [
    ROWS[found.row.name],
    ...OWN.map((own) => ratioOf(found, own, CONTENDERS[own].raw)),
    ...OWN.map((own) => ratioOf(found, own, 'c')),
    ratioOf(found, 'go', 'c'),
    ratioOf(found, 'twisted', 'c'),
  ]);
  const head = ['CPU', ...['raw', 'C'].flatMap((peer) => OWN.map((own) => `${onRuntime(own)}/${peer}`))];
  return [
    '## In short',
    '',
    `Of ${goals.length} goals ${count('met')} are met, ${count('undecided')} are undecided and ${count('MISSED')} are missed; on ${count('no verdict')} there is no verdict.`,
    'What Couplet takes by what the raw sockets of its runtime take, and by what C takes:',
    '',
    ...table([...head, 'Go/C', 'Twisted/C'], cells),
    '',
    'C is an epoll loop by hand with no more than the row needs: the practical limit, not a framework.',
    '',
  ];
}

function pictures() {
  const shown = {
    'performance-cpu': 'CPU time of the server by row and contender',
    'performance-rates': 'Rates by row and contender',
    'performance-growth': 'CPU time for a message by the number of connections, from 10 to 10,000',
    'performance-connections':
      'Private memory of an idle connection, and the time until many connects at once are served',
    'performance-tls': 'CPU time of the server through TLS by row and contender',
  };
  return [
    '## Pictures',
    '',
    'A bar is the median of the rounds, the line on it spans half of them; a bar with gaps is longer than its panel.',
    '',
    ...Object.entries(shown).flatMap(([name, title]) => [`![${title}](pictures/${name}.svg)`, '']),
  ];
}

function behind({ rows }) {
  const text = ['## Where Couplet is behind', ''];
  const missed = rows.filter(({ goals }) => goals.some(({ verdict }) => verdict === 'MISSED'));
  text.push(
    missed.length === 0 ? 'In this run no goal is missed.' : 'Every goal that is missed, and why, where that is known.',
    '',
  );
  for (const { row, goals, settling } of missed) {
    const those = goals.filter(({ verdict }) => verdict === 'MISSED');
    const reasons = new Set(those.flatMap(({ of }) => REASONS[row.name]?.[of] ?? []));
    text.push(`**${ROWS[row.name]}**`, '', ...those.map((goal) => `- ${goalText(row, goal)}`), '');
    for (const reason of reasons) text.push(...folded(reason), '');
    for (const of of new Set(those.map((goal) => goal.of))) text.push(...unready(of, settling(of)));
  }
  const open = rows.flatMap(({ row, goals }) =>
    goals.filter(({ verdict }) => verdict === 'undecided').map((goal) => `- ${ROWS[row.name]}: ${goalText(row, goal)}`),
  );
  if (open.length > 0) text.push('Undecided in this run:', '', ...open, '');
  return text;
}

/** Says that a contender was measured before it was warm, if its CPU time fell by a quarter in the row. */
function unready(of, change) {
  if (!(change <= 0.75)) return [];
  const text = `The CPU time of ${CONTENDERS[of].title} fell by ${percent(1 - change)} from the first three rounds to the last three: its server was not warm yet.`;
  return [...folded(text), ''];
}

/** A paragraph in lines of the width of the page. */
function folded(text) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== '' && line.length + word.length >= 120) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}

/** A goal with its figure and its quartiles. */
function goalText(row, { of, metric, peer, atMost, atLeast, median, quartiles }) {
  const own = row.metrics.find(({ name }) => name === metric);
  const digits = peer === undefined ? own.digits : 2;
  const what = peer === undefined ? own.title : `${metric === 'cpu' ? 'CPU' : metric} by ${CONTENDERS[peer].title}`;
  const bound = atMost === undefined ? `at least ${bounded(atLeast)}` : `at most ${bounded(atMost)}`;
  const [first, last] = quartiles.map((end) => number(end, digits));
  const ends = first === last ? '' : ` (${first} to ${last})`;
  return `${CONTENDERS[of].title}: ${unit(what)} ${number(median, digits)}${ends}, goal ${bound}`;
}

function everyRow({ rows, options: { quick, short } }) {
  const text = ['## Every row', ''];
  if (quick || short)
    text.push(
      `Where a row names two sizes, this run had the one for ${quick ? 'quick' : 'short'} runs, in brackets.`,
      '',
    );
  for (const found of rows) {
    const { row, summaries, goals, loadAverage } = found;
    const raw = row.metrics.find(({ name }) => name === 'cpu')?.compared === true;
    const order = Object.keys(CONTENDERS).flatMap((name) => summaries.filter((summary) => summary.name === name));
    const metrics = row.metrics.filter(({ name }) => order.some(({ figures }) => Number.isFinite(figures[name])));
    const lines = order.map(({ name, figures, busy, failure }) => [
      failure === undefined ? CONTENDERS[name].title : `${CONTENDERS[name].title} (failed)`,
      ...metrics.map((metric) => number(figures[metric.name], metric.digits)),
      ...(raw ? [ratioOf(found, name, CONTENDERS[name].raw), ratioOf(found, name, 'c')] : []),
      percent(busy),
    ]);
    const head = ['', ...metrics.map(({ title }) => unit(title)), ...(raw ? ['CPU by raw', 'by C'] : []), 'busy'];
    text.push(
      `### ${ROWS[row.name]}`,
      '',
      `${sentence(row.work)}; load average ${number(loadAverage, 1)}.`,
      '',
      ...table(...withoutEmpty(head, lines)),
      '',
      ...order.flatMap(({ name, failure }) =>
        failure === undefined ? [] : [...folded(`${CONTENDERS[name].title} failed: ${failure}.`), ''],
      ),
      ...goals.map((goal) => `- ${goalText(row, goal)}: **${goal.verdict}**`),
      ...(goals.length > 0 ? [''] : []),
    );
  }
  return text;
}

function again() {
  return [
    '## Measure it yourself',
    '',
    '```sh',
    'npm run test:runtimes            # once, unless Bun and Deno are on the PATH: installs them, then tests for 20 minutes',
    'npm run bench                    # everything, about 80 minutes, 120 at most; -- --short: 20 at most',
    'npm run performance              # this page and its pictures from that run',
    'npm run performance -- --check   # whether they are what that makes of the samples that are kept',
    '```',
    '',
    'A run needs Linux, a C compiler and two cores that have nothing else to do. Go, Twisted, Bun and Deno take part where they are',
    'installed; a line says how to get one that is missing.',
  ];
}

function paceOf({ quick, short }) {
  return PACES[quick ? 'quick' : short ? 'short' : 'full'];
}

function commandOf({ quick, short, rounds }) {
  const words = [
    ...(quick ? ['--quick'] : []),
    ...(short ? ['--short'] : []),
    ...(rounds === undefined ? [] : [`--rounds ${rounds}`]),
  ];
  return `npm run bench${words.length > 0 ? ` -- ${words.join(' ')}` : ''}`;
}

function nameOf(row) {
  return ROWS[row];
}

function onRuntime(own) {
  return CONTENDERS[own].title.replace('Couplet, ', '');
}

function ratioOf({ ratio }, of, peer) {
  return peer === undefined || of === peer ? '' : number(ratio(of, peer, 'cpu'), 2);
}

/** The median; the figures of the page that are of no contender. */
function medianOf(values) {
  return values.toSorted((one, two) => one - two)[values.length >> 1];
}

function number(value, digits) {
  if (!Number.isFinite(value)) return '';
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function bounded(value) {
  return value.toLocaleString('en-US', { maximumFractionDigits: 3 });
}

function percent(share) {
  return Number.isFinite(share) ? `${number(share * 100, 0)}%` : '';
}

function unit(title) {
  return title.replace(/\bus\b/, 'µs');
}

function sentence(text) {
  return text[0].toUpperCase() + text.slice(1);
}

/** Without the columns that are empty in every line. */
function withoutEmpty(head, lines) {
  const kept = head.map((_, at) => at === 0 || lines.some((line) => line[at] !== ''));
  return [head, lines].map((part, which) =>
    which === 0 ? part.filter((_, at) => kept[at]) : part.map((line) => line.filter((_, at) => kept[at])),
  );
}

/** A table with columns of even width: the first to the left, the others to the right unless told. */
function table(head, lines, sides = head.map((_, at) => (at === 0 ? 'left' : 'right'))) {
  const widths = head.map((cell, at) => Math.max(3, cell.length, ...lines.map((line) => line[at].length)));
  const row = (cells) =>
    `| ${cells.map((cell, at) => (sides[at] === 'left' ? cell.padEnd(widths[at]) : cell.padStart(widths[at]))).join(' | ')} |`;
  const rule = widths.map((width, at) => (sides[at] === 'left' ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [row(head), row(rule), ...lines.map(row)];
}
