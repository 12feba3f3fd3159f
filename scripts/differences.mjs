// Compares what tests did with the list of what is known to be different on their runtime.

/** How the reason begins for a test that may pass: what happens there depends on time. */
const SOMETIMES = 'Sometimes: ';

/**
 * Returns what is wrong, a line each: a test that fails and is not on the list; an entry whose test passes or does not run; an entry without
 * a reason. `tests` are those of one file, as `testsOf` returns them, `known` their entries: a reason by the name of the test.
 */
export function judge(tests, known) {
  const failed = [...tests.values()].filter(({ outcome }) => outcome === 'failed');
  return [
    ...failed
      .filter(({ name }) => !Object.hasOwn(known, name))
      .map(({ name, message }) => `failed: ${name}${message === '' ? '' : `: ${oneLine(message)}`}`),
    ...Object.entries(known).flatMap(([name, reason]) => wrongWith(name, reason, tests.get(name)?.outcome)),
  ];
}

function wrongWith(name, reason, outcome) {
  if (typeof reason !== 'string' || reason.trim() === '') return [`a known difference without a reason: ${name}`];
  if (outcome === undefined) return [`a known difference that is the name of no test: ${name}`];
  if (outcome === 'failed' || (outcome === 'passed' && reason.startsWith(SOMETIMES))) return [];
  return [`a known difference that ${outcome === 'passed' ? 'passes' : 'is skipped'} now: ${name}`];
}

function oneLine(text) {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > 200 ? `${line.slice(0, 200)}...` : line;
}
