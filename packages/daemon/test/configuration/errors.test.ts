import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { checkServices } from '../../src/configuration/checks.ts';
import { readConfiguration, type Sources } from '../../src/configuration/configuration.ts';

const directory = mkdtempSync(join(tmpdir(), 'coupletd-'));
after(() => rmSync(directory, { recursive: true }));

/** What reading ends with: one line. */
async function fails(sources: Sources, status: number, message: string): Promise<void> {
  await assert.rejects(readConfiguration({ directory, ...sources }), { name: 'CommandError', status, message });
}

const FORBIDDEN = 'is a name that no table may have';
const WORKERS = "a whole number from 0 to 1024, or 'auto'";

describe('R-D30 what is wrong in a file is one line with path and line, 78', () => {
  const cases: readonly (readonly [what: string, text: string, message: string])[] = [
    [
      'an unknown option',
      '# x\n[daemon]\nwrokers = 2',
      "a.toml:3: daemon.wrokers is not known; did you mean 'workers'?",
    ],
    ['an unknown table', '[deamon]\n', "a.toml:1: deamon is not known; did you mean 'daemon'?"],
    ['nothing like it', '[daemon]\ncolour = 1', 'a.toml:2: daemon.colour is not known'],
    [
      'an unknown key of a service',
      '[service.a]\nlimits = 1',
      "a.toml:2: service.a.limits is not known; did you mean 'limit'?",
    ],
    [
      'an unknown limit',
      '[service.a.limit]\nperpeer = 1',
      "a.toml:2: service.a.limit.perpeer is not known; did you mean 'perPeer'?",
    ],
    ['no table', 'daemon = 3', 'a.toml:1: daemon is 3, not a table'],
    ['no table for a service', '[service]\na = []', 'a.toml:2: service.a is a list, not a table'],
    ['no table for limits', 'service.a.limit = 5', 'a.toml:1: service.a.limit is 5, not a table'],
    ['text for a number', '[daemon]\n\nworkers = "x"\n', `a.toml:3: daemon.workers is 'x', not ${WORKERS}`],
    ['a fraction', 'daemon = { workers = 1.5 }', `a.toml:1: daemon.workers is 1.5, not ${WORKERS}`],
    ['too much', 'daemon.workers = 1025', `a.toml:1: daemon.workers is 1025, not ${WORKERS}`],
    ['a date', 'daemon.workers = 2026-01-01', `a.toml:1: daemon.workers is a date, not ${WORKERS}`],
    ['no time', 'daemon.drainTimeout = "25s"', "a.toml:1: daemon.drainTimeout is '25s', not seconds from 0 to 2000000"],
    ['nan', 'daemon.drainTimeout = nan', 'a.toml:1: daemon.drainTimeout is NaN, not seconds from 0 to 2000000'],
    [
      'no time to get ready',
      'daemon.readyTimeout = 0',
      'a.toml:1: daemon.readyTimeout is 0, not seconds from 0.001 to 2000000',
    ],
    [
      'no size',
      'daemon.maxWorkerMemory = "8 M"',
      "a.toml:1: daemon.maxWorkerMemory is '8 M', not a number of bytes of at least 1 such as 65536, '64K', '8M' or '1G'",
    ],
    [
      'another word',
      'daemon.topology = "appart"',
      "a.toml:1: daemon.topology is 'appart', not one of 'together', 'apart'",
    ],
    [
      'no umask',
      'daemon.umask = 77',
      "a.toml:1: daemon.umask is 77, not octal digits from 0 to 777, in quotes in a file, such as '077'",
    ],
    ['neither on nor off', 'daemon.accessLog = 1', 'a.toml:1: daemon.accessLog is 1, not on or off'],
    [
      'a path with a line end',
      'daemon.logFile = "a\\nb"',
      "a.toml:1: daemon.logFile is 'a\\u000ab', not the path of a file",
    ],
    [
      'a member of a list',
      'daemon.uid = 1\ndaemon.groups = ["a",\n"b",\n 3.5]\n',
      'a.toml:2: daemon.groups[2] is 3.5, not the name or number of a group',
    ],
    [
      'an empty list',
      'service.a.listen = []',
      'a.toml:1: service.a.listen is empty, not a list of at least one ENDPOINT',
    ],
    [
      'no endpoint',
      '[service."a/b"]\nlisten = "tcp:x"',
      "a.toml:2: service.\"a/b\".listen is not an endpoint: endpoint 'tcp:x': port 'x' is not a number from 0 to 65535",
    ],
    [
      'no endpoint for metrics',
      'daemon.metrics = "tcp"',
      "a.toml:1: daemon.metrics is not an endpoint: endpoint 'tcp': it has no port",
    ],
    [
      'no endpoint for the inspector',
      'daemon.inspect = "tcp"',
      "a.toml:1: daemon.inspect is not an endpoint: endpoint 'tcp': it has no port",
    ],
    [
      'no endpoint on TCP for metrics',
      'daemon.metrics = "unix:/run/x.sock"',
      "a.toml:1: daemon.metrics is 'unix:/run/x.sock', not on TCP alone: 9464 or tcp:9464:interface=10.0.0.7",
    ],
    [
      'no network',
      'service.a.proxyProtocol = ["::1", "10.0.0.1/8"]',
      "a.toml:1: service.a.proxyProtocol[1] is '10.0.0.1/8', not a network such as '10.0.0.0/8', an address or 'unix'",
    ],
    [
      'no URL, which is not shown',
      'daemon.ledger = "http://u:secret@x"',
      "a.toml:1: daemon.ledger is a value, not a URL that begins with 'redis://', 'rediss://' or 'unix:'",
    ],
    [
      'two ledgers',
      'daemon.ledger = "redis://x"\ndaemon.ledgerFile = "x"',
      'a.toml:1: daemon.ledger and a.toml:2: daemon.ledgerFile exclude each other',
    ],
    [
      'a text that would be long',
      `daemon.workers = "${'x'.repeat(99)}"`,
      `a.toml:1: daemon.workers is '${'x'.repeat(60)}...', not ${WORKERS}`,
    ],
    [
      'a statement of several lines',
      '[daemon]\n# x\ngroups = [\n  1,\n  [],\n]',
      'a.toml:3: daemon.groups[1] is a list, not the name or number of a group',
    ],
    ['__proto__ at the top', '\n__proto__ = 1', `a.toml:2: __proto__ ${FORBIDDEN}`],
    ['prototype as a table', '[service.prototype]\nlisten = "tcp:1"', `a.toml:1: service.prototype ${FORBIDDEN}`],
    [
      'constructor in a list',
      '[application.x]\na=[{ y = { constructor = 1 } }]',
      `a.toml:2: application.x.a[0].y.constructor ${FORBIDDEN}`,
    ],
    ['no TOML', '[daemon]\nworkers = \n', 'a.toml:2: not TOML: invalid value'],
    [
      'the same key twice',
      'daemon.workers = 1\ndaemon.workers = 2',
      'a.toml:2: not TOML: trying to redefine an already defined table or value',
    ],
    ['to the background without a log', 'daemon.daemonize = true', 'a.toml:1: daemon.daemonize needs a log file'],
    [
      'to the background without workers',
      'daemon = { daemonize = true, logFile = "x", workers = 0 }',
      'a.toml:1: daemon.daemonize needs workers: 0 runs everything in this process',
    ],
    [
      'a group without a user',
      'daemon.gid = "a"',
      'a.toml:1: daemon.gid needs a uid: groups change together with the user',
    ],
    [
      'groups without a user',
      '[daemon]\ngroups = [1]',
      'a.toml:2: daemon.groups needs a uid: groups change together with the user',
    ],
    [
      'workers of a service together',
      '[service.a]\nworkers = 2',
      "a.toml:2: service.a.workers needs the topology 'apart': together all services have the same",
    ],
    [
      'queues of a service together',
      '[service.a]\naccept = "spread"',
      "a.toml:2: service.a.accept needs the topology 'apart': together all services have the same",
    ],
    [
      'workers of a service without any',
      'daemon = { topology = "apart", workers = 0 }\nservice.a.workers = 2',
      'a.toml:2: service.a.workers needs workers: the daemon has 0, which is one process',
    ],
    [
      'a limit of a fleet without a ledger',
      '[service.a.limit]\ntotal = 1\nscope = "fleet"',
      "a.toml:3: service.a.limit.scope is 'fleet', which needs a ledger",
    ],
    [
      'a limit without a number',
      '[service.a.limit]\nscope = "node"',
      'a.toml:1: service.a.limit needs a total or perPeer',
    ],
  ];
  for (const [what, text, message] of cases)
    test(what, async () => {
      writeFileSync(join(directory, 'a.toml'), text);
      await fails({ file: 'a.toml' }, 78, message);
    });

  const json: readonly (readonly [what: string, text: string, message: RegExp])[] = [
    [
      'an unknown option',
      '{"daemon": {"worker": 3}}',
      /^a\.json: daemon\.worker is not known; did you mean 'workers'\?$/,
    ],
    ['__proto__', '{"application": {"a": [{"__proto__": 3}]}}', /^a\.json: application\.a\[0\]\.__proto__ is a name/],
    ['no JSON', '{"daemon": }\n', /^a\.json(:1)?: not JSON: [^\n]+$/],
    ['a list', '[]', /^a\.json: the file is a list, not an object$/],
    ['a key with a line end', '{"a\\nb": 1}', /^a\.json: "a\\u000ab" is not known$/],
    [
      'too deep',
      `{"application": ${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`,
      /^a\.json: [^\n]+ is more than 100 tables deep$/,
    ],
  ];
  for (const [what, text, message] of json)
    test(`${what} in JSON`, async () => {
      writeFileSync(join(directory, 'a.json'), text);
      await assert.rejects(readConfiguration({ directory, file: 'a.json' }), { status: 78, message });
    });

  test('a file that is too long', async () => {
    writeFileSync(join(directory, 'a.toml'), `#${'x'.repeat(1_000_000)}`);
    await fails({ file: 'a.toml' }, 78, 'a.toml has more than 1000000 characters');
  });

  test('a file that is not text', async () => {
    writeFileSync(join(directory, 'a.toml'), Buffer.from([0xff, 0xfe]));
    await fails({ file: 'a.toml' }, 78, `${directory}/a.toml is not text in UTF-8`);
  });

  test('a service that the application does not have', async () => {
    writeFileSync(join(directory, 'a.toml'), '\n[service.slwo]\nthrottle = 5\n');
    const configuration = await readConfiguration({ directory, file: 'a.toml' });
    checkServices(configuration, ['fast', 'slwo']);
    assert.throws(() => checkServices(configuration, ['fast', 'slow']), {
      status: 78,
      message: "a.toml:2: service.slwo is configured, but the application has no such service; did you mean 'slow'?",
    });
    assert.throws(() => checkServices(configuration, []), {
      status: 78,
      message: /but the application has no services$/,
    });
  });
});

describe('what is wrong elsewhere is one line that names the place', () => {
  const cases: readonly (readonly [what: string, sources: Sources, status: number, message: string])[] = [
    ['a file that is missing: 66', { file: '/nope' }, 66, 'cannot read /nope: no such file or directory'],
    ['a folder: 66', { file: '/' }, 66, 'cannot read /: illegal operation on a directory'],
    [
      'the command line: 64',
      { commandLine: { daemon: { drainTimeout: 'x' } } },
      64,
      "--drain-timeout is 'x', not seconds from 0 to 2000000",
    ],
    [
      'an endpoint of a built-in service: 64',
      { commandLine: { daemon: {}, service: { name: 'echo', words: { listen: ['tcp:1', 'tcp:y'] } } } },
      64,
      "--listen is not an endpoint: endpoint 'tcp:y': port 'y' is not a number from 0 to 65535",
    ],
    [
      'a limit of one: 64',
      { commandLine: { daemon: {}, service: { name: 'echo', words: { limitPerPeer: '0' } } } },
      64,
      '--limit-per-peer is 0, not a whole number from 1 to 1000000000',
    ],
    [
      'both ledgers: 64',
      { commandLine: { daemon: { ledger: 'redis://x', ledgerFile: 'x' } } },
      64,
      '--ledger and --ledger-file exclude each other',
    ],
    [
      'no KEY=VALUE: 64',
      { set: ['daemon.workers'] },
      64,
      '--set \'daemon.workers\' is not KEY=VALUE with a key such as daemon.workers or service."upstream/cache".listen',
    ],
    [
      'no key: 64',
      { set: ['service.a/b.workers=1'] },
      64,
      '--set \'service.a/b.workers=1\' is not KEY=VALUE with a key such as daemon.workers or service."upstream/cache".listen',
    ],
    [
      'more than one key: 64',
      { set: ['daemon.workers=1\ndaemon.name="x"'] },
      78,
      `--set daemon.workers is '1\\u000adaemon.name="x"', not ${WORKERS}`,
    ],
    ['a value of --set: 78', { set: ['daemon.workers=x'] }, 78, `--set daemon.workers is 'x', not ${WORKERS}`],
    [
      '__proto__ in --set: 78',
      { set: ['daemon.__proto__.x=1'] },
      78,
      '--set: daemon.__proto__ is a name that no table may have',
    ],
    [
      'an unknown variable: 78',
      { environment: { COUPLETD_WORKER: '2' } },
      78,
      "'COUPLETD_WORKER' of the environment is not known; did you mean 'COUPLETD_WORKERS'?",
    ],
    ['a variable: 78', { environment: { COUPLETD_WORKERS: '2.5' } }, 78, `COUPLETD_WORKERS is 2.5, not ${WORKERS}`],
    [
      'variables together: 78',
      { environment: { COUPLETD_GROUPS: 'a,b' } },
      78,
      'COUPLETD_GROUPS needs a uid: groups change together with the user',
    ],
    [
      'a ledger file that is missing: 66',
      { set: ['daemon.ledgerFile=nope'] },
      66,
      `cannot read ${directory}/nope: no such file or directory`,
    ],
  ];
  for (const [what, sources, status, message] of cases) test(what, () => fails(sources, status, message));

  test('a ledger file without a URL, which is not shown: 78', async () => {
    writeFileSync(join(directory, 'url'), 'secret\n');
    await fails(
      { set: ['daemon.ledgerFile=url'] },
      78,
      `${directory}/url: the text is a value, not a URL that begins with 'redis://', 'rediss://' or 'unix:'`,
    );
  });
});
