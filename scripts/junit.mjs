// Reads a report of tests in the format of JUnit, which each runtime writes in its own way.

/** What begins or ends a suite or a test, and what tells how a test went. */
const TAG = /<(\/?)(testsuite|testcase|failure|error|skipped)\b((?:[^>"]|"[^"]*")*?)(\/?)>/g;
const BETWEEN = ' > ';
const ENTITIES = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

/**
 * Returns the tests of a report by name, with those of the suites around it before it: `passed`, `failed` or `skipped`, and the message of a
 * failure. Of several tests with one name a failed one counts.
 */
export function testsOf(report) {
  const found = new Map();
  const suites = [];
  let test;
  for (const [, end, tag, text, closed] of report.matchAll(TAG)) {
    const attributes = attributesOf(text);
    if (tag === 'testsuite') {
      if (end !== '') suites.pop();
      else if (closed === '') suites.push(isFile(attributes) ? [] : [attributes.name]);
      continue;
    }
    if (tag === 'testcase' && end === '') {
      test = { name: [...suites.flat(), attributes.name].join(BETWEEN), outcome: 'passed', message: '' };
    } else if (test !== undefined && end === '') {
      test.outcome = tag === 'skipped' ? 'skipped' : 'failed';
      test.message = attributes.message ?? '';
    }
    if (tag === 'testcase' && (end !== '' || closed !== '') && test !== undefined) {
      if (found.get(test.name)?.outcome !== 'failed') found.set(test.name, test);
      test = undefined;
    }
  }
  return withoutSuites(found);
}

/** Whether a suite stands for a file: Bun has one around all others, and Deno one for what `node:test` adds. */
function isFile({ name = '', file }) {
  return name === file || /^(?:\.\/|ext:).*\.[cm]?[jt]s$/.test(name);
}

/** Deno reports a suite as a test, too, which fails with the tests in it. */
function withoutSuites(tests) {
  const names = [...tests.keys()];
  const suites = new Set(
    names.flatMap((name) => {
      const parts = name.split(BETWEEN);
      return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join(BETWEEN));
    }),
  );
  return new Map([...tests].filter(([name]) => !suites.has(name)));
}

function attributesOf(text) {
  return Object.fromEntries([...text.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name, value]) => [name, plain(value)]));
}

function plain(text) {
  return text.replaceAll(/&(?:(lt|gt|quot|apos|amp)|#(\d+)|#x([\da-f]+));/gi, (_, name, decimal, hexadecimal) => {
    if (name !== undefined) return ENTITIES[name];
    return String.fromCodePoint(decimal === undefined ? Number.parseInt(hexadecimal, 16) : Number(decimal));
  });
}
