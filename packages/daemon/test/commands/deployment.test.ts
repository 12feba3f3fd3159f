import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkDeployment } from '../../src/commands/deployment.ts';
import { spanMs } from '../../src/commands/systemd.ts';

const TIMES = { drainDelayMs: 0, drainTimeoutMs: 25_000, stopTimeoutMs: 5000, workerTimeoutMs: 30_000 };
const SUM = '31 s (delay 0 s + drain 25 s + stop 5 s + 1 s)';

describe('R-D32 a unit of systemd', () => {
  for (const [what, text, flaws] of [
    ["has systemd's 90 s by default", '[Unit]\nTimeoutStopSec=1\n[Service]\nType=notify\n', []],
    ['has enough', '[Service]\nTimeoutStopSec=31\nWatchdogSec=60\n', []],
    ['has a second too little', '[Service]\nTimeoutStopSec=30s\n', [`TimeoutStopSec is 30 s, not at least ${SUM}`]],
    ['has a span', '[Service]\nTimeoutStopSec = 1min 30s\n', []],
    ['has no end', '[Service]\nTimeoutStopSec=infinity\nWatchdogSec=0\n', []],
    ['has 0, which is endless', '[Service]\nTimeoutStopSec=0\n', []],
    ['says both by TimeoutSec', '[Service]\nTimeoutSec=5\n', [`TimeoutStopSec is 5 s, not at least ${SUM}`]],
    [
      'says it twice: the last counts',
      '[Service]\nTimeoutStopSec=90\nTimeoutStopSec=5\n',
      [`TimeoutStopSec is 5 s, not at least ${SUM}`],
    ],
    ['takes it back', '[Service]\nTimeoutStopSec=5\nTimeoutStopSec=\n', []],
    [
      'has comments and continued lines',
      '[Service]\n#TimeoutStopSec=1\n;TimeoutStopSec=1\nExecStart=x \\\n# y\nTimeoutStopSec=1\nTimeoutStopSec=\\\n  40\n',
      [],
    ],
    [
      'bites before a worker is replaced',
      '[Service]\nWatchdogSec=59\n',
      ['WatchdogSec is 59 s, not at least 60 s, twice the worker timeout'],
    ],
    [
      'has no time',
      '[Service]\nTimeoutStopSec=soon\n',
      ["TimeoutStopSec is 'soon', not a time such as 35, 1min 30s or infinity"],
    ],
    ['is not one', 'hello', ['the file has no section [Service]']],
  ] as const)
    test(what, async () => assert.deepEqual(await checkDeployment('systemd', text, TIMES), flaws));

  test('has to allow for the drain delay, and no watchdog is too short where workers may be silent', async () => {
    const times = { ...TIMES, drainDelayMs: 5500, workerTimeoutMs: 0 };
    assert.deepEqual(await checkDeployment('systemd', '[Service]\nTimeoutStopSec=35\nWatchdogSec=1\n', times), [
      'TimeoutStopSec is 35 s, not at least 36.5 s (delay 5.5 s + drain 25 s + stop 5 s + 1 s)',
    ]);
  });

  for (const [text, ms] of [
    ['35', 35_000],
    ['1min 30s', 90_000],
    ['1min30', 90_000],
    ['1h 2m 3s 4ms', 3_723_004],
    ['1.5 minutes', 90_000],
    ['.5s', 500],
    ['2 weeks', 1_209_600_000],
    ['1M', 2_629_800_000],
    ['500000us', 500],
    ['infinity', Number.POSITIVE_INFINITY],
    ['', undefined],
    ['5 parsecs', undefined],
    ['-5', undefined],
    ['5s x', undefined],
  ] as const)
    test(`the span '${text}' is ${ms} ms`, () => assert.equal(spanMs(text), ms));
});

describe('R-D32 manifests of Kubernetes', () => {
  const pod = (spec: string): string =>
    `kind: Deployment\nmetadata: { name: poetry }\nspec:\n  template:\n    spec: ${spec}\n`;
  const late = (seconds: number): string =>
    `Deployment poetry: terminationGracePeriodSeconds is ${seconds} s, not at least ${SUM}`;
  for (const [what, text, flaws] of [
    ['have 30 s by default', pod('{ containers: [] }'), [late(30)]],
    ['have enough', pod('{ terminationGracePeriodSeconds: 31 }'), []],
    ['have too little', pod('{ terminationGracePeriodSeconds: 5 }'), [late(5)]],
    [
      'have no number',
      pod('{ terminationGracePeriodSeconds: "40" }'),
      ["Deployment poetry: terminationGracePeriodSeconds is '40', not a number of seconds"],
    ],
    [
      'are several',
      `kind: Service\n---\n${pod('{ terminationGracePeriodSeconds: 60 }')}---\n${pod('{ terminationGracePeriodSeconds: 1 }')}`,
      [late(1)],
    ],
    [
      'are a list',
      'kind: List\nitems:\n  - { kind: Pod, metadata: { name: a }, spec: {} }\n',
      [`Pod a: terminationGracePeriodSeconds is 30 s, not at least ${SUM}`],
    ],
    [
      'are of a job',
      'kind: CronJob\nspec: { jobTemplate: { spec: { template: { spec: {} } } } }\n',
      [`CronJob without a name: terminationGracePeriodSeconds is 30 s, not at least ${SUM}`],
    ],
    [
      'sleep before the stop',
      pod('{ terminationGracePeriodSeconds: 35, containers: [{ lifecycle: { preStop: { sleep: { seconds: 5 } } } }] }'),
      [
        'Deployment poetry: terminationGracePeriodSeconds is 35 s, not at least 36 s (preStop 5 s + delay 0 s + drain 25 s + stop 5 s + 1 s)',
      ],
    ],
    ['have no pods', 'kind: Service\n', ['no object in the file has pods, such as a Deployment']],
    ['are no YAML', 'a: [', /^not YAML: /],
    [
      'are a bomb of aliases',
      `a: &a [x, x]\n${[...'bcdefghij'].map((name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[at]}`)}]`).join('\n')}`,
      /^not YAML: /,
    ],
  ] as const)
    test(what, async () => {
      const found = await checkDeployment('kubernetes', text, TIMES);
      if (flaws instanceof RegExp) assert.match(found.join('\n'), flaws);
      else assert.deepEqual(found, flaws);
    });

  test('sleep or delay, not both', async () => {
    const text = pod(
      '{ terminationGracePeriodSeconds: 99, containers: [{ lifecycle: { preStop: { sleep: { seconds: 5 } } } }] }',
    );
    assert.deepEqual(await checkDeployment('kubernetes', text, { ...TIMES, drainDelayMs: 2000 }), [
      'Deployment poetry: preStop sleeps 5 s and the drain delay is 2 s: one is enough',
    ]);
  });
});

test('a file that is too long is not read', async () => {
  assert.deepEqual(await checkDeployment('kubernetes', ' '.repeat(1_000_001), TIMES), [
    'the file has more than 1000000 characters',
  ]);
});
