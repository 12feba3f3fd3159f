import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import { stringify } from 'smol-toml';
import { readConfiguration, type Sources } from '../../src/configuration/configuration.ts';
import type { DaemonOptions } from '../../src/configuration/options.ts';
import { flagOf, nameOf, OPTION_KEYS, OPTIONS, variableOf } from '../../src/configuration/table.ts';

const directory = mkdtempSync(join(tmpdir(), 'coupletd-'));
after(() => rmSync(directory, { recursive: true }));
writeFileSync(join(directory, 'url'), ' redis://user:password@localhost:6379/1\n');
writeFileSync(join(directory, 'user.toml'), 'daemon.uid = 1');

/** What a user writes for each option, what a file has, and what the program gets. */
const SAMPLES: Readonly<Record<string, readonly [text: string, inFile: unknown, value: unknown, key?: string]>> = {
  workers: ['3', 3, 3],
  topology: ['apart', 'apart', 'apart'],
  accept: ['spread', 'spread', 'spread'],
  runtime: ['bun', 'bun', 'bun'],
  nodeOptions: ['--a=1 --b', ['--a=1', '--b'], ['--a=1', '--b']],
  maxWorkerMemory: ['512M', '512M', 536_870_912],
  workerTimeoutMs: ['0', 0, 0],
  exitOnCrashLoop: ['1', true, true],
  readyTimeoutMs: ['1.5', 1.5, 1500],
  drainDelayMs: ['2', 2, 2000],
  drainTimeoutMs: ['0.25', 0.25, 250],
  stopTimeoutMs: ['7', 7, 7000],
  reloadDrainTimeoutMs: ['60', 60, 60_000],
  maxGenerations: ['2', 2, 2],
  uid: ['1000', 1000, '1000'],
  gid: ['daemon', 'daemon', 'daemon'],
  groups: ['adm,12', ['adm', 12], ['adm', '12']],
  umask: ['0027', '0027', 0o027],
  rundir: ['/srv/x', '/srv/x', '/srv/x'],
  name: ['poetry', 'poetry', 'poetry'],
  control: ['none', 'none', 'none'],
  pidfile: ['x.pid', 'x.pid', 'x.pid'],
  daemonize: ['on', true, true],
  readyFd: ['3', 3, 3],
  logFile: ['x.log', 'x.log', 'x.log'],
  logFormat: ['json', 'json', 'json'],
  logLevel: ['debug', 'debug', 'debug'],
  logQueue: ['64K', 65_536, 65_536],
  accessLog: ['off', false, false],
  metrics: ['9464', 9464, 'tcp:9464:interface=127.0.0.1'],
  inspect: ['on', true, 'tcp:0:interface=127.0.0.1'],
  ledger: ['redis://localhost', 'redis://localhost', 'redis://localhost'],
  ledgerFile: ['url', 'url', 'redis://user:password@localhost:6379/1', 'ledger'],
  whenAway: ['refuse', 'refuse', 'refuse'],
};

/** Options that others need. */
const NEEDED = { set: ['daemon.uid=1', 'daemon.logFile="y.log"'] };

describe('each option', () => {
  for (const key of OPTION_KEYS)
    test(`${nameOf(key)} comes from the command line, --set, the environment and files alike`, async () => {
      const [text = '', inFile, expected, to = key] = SAMPLES[key] ?? [];
      const name = nameOf(key);
      const { takes } = OPTIONS[key];
      const word = takes === 'none' ? true : takes === 'several' ? text.split(' ') : text;
      writeFileSync(join(directory, 'one.toml'), stringify({ daemon: { [name]: inFile } }));
      writeFileSync(join(directory, 'one.json'), JSON.stringify({ daemon: { [name]: inFile } }));
      const needed = NEEDED.set.filter((setting) => !setting.startsWith(`daemon.${name}=`));
      const ways: Sources[] = [
        { commandLine: { daemon: { [name]: word } }, set: needed },
        {
          set: [
            ...needed,
            stringify({ daemon: { [name]: inFile } })
              .replace('[daemon]\n', 'daemon.')
              .replace(' = ', '=')
              .trim(),
          ],
        },
        { environment: { [variableOf(name)]: text }, set: needed },
        { file: 'one.toml', set: needed },
        { file: 'one.json', set: needed },
      ];
      for (const way of ways) {
        // A folder that is not there: relative paths are in it.
        const { options } = await readConfiguration({ directory, ...way });
        const got = Object.entries(options).find(([option]) => option === to);
        assert.deepEqual(got?.[1], expected, JSON.stringify(way));
      }
    });

  test('has the default of its row, and the names for users', async () => {
    const { options } = await readConfiguration({});
    const expected: DaemonOptions = {
      workers: 1,
      topology: 'together',
      accept: 'shared',
      readyTimeoutMs: 30_000,
      drainDelayMs: 0,
      drainTimeoutMs: 25_000,
      stopTimeoutMs: 5000,
      reloadDrainTimeoutMs: 600_000,
      maxGenerations: 3,
      workerTimeoutMs: 30_000,
      exitOnCrashLoop: false,
      umask: 0o077,
      rundir: '.',
      daemonize: false,
      logLevel: 'info',
      logQueue: 8 * 1024 ** 2,
      accessLog: true,
      inspect: 'off',
      whenAway: 'local',
      nodeOptions: [],
    };
    assert.deepEqual(options, expected);
    assert.deepEqual(
      [flagOf('reloadDrainTimeout'), variableOf('reloadDrainTimeout')],
      ['reload-drain-timeout', 'COUPLETD_RELOAD_DRAIN_TIMEOUT'],
    );
  });

  test('inspect may be off, or an endpoint', async () => {
    const of = async (text: string): Promise<string> =>
      (await readConfiguration({ commandLine: { daemon: { inspect: text } } })).options.inspect;
    assert.equal(await of('off'), 'off');
    assert.equal(await of(''), 'tcp:0:interface=127.0.0.1');
    assert.equal(await of('unix:/run/app.sock'), 'unix:/run/app.sock');
  });

  test('workers may be auto', async () => {
    const { options } = await readConfiguration({ environment: { COUPLETD_WORKERS: 'auto' } });
    assert.equal(options.workers, availableParallelism());
  });
});

describe('precedence', () => {
  const PLACES = ['commandLine', 'set', 'environment', 'file'] as const;

  test('the first of the sources that says something wins, for each option by itself (property)', async () => {
    const workers = fc.record(
      Object.fromEntries(PLACES.map((place) => [place, fc.option(fc.integer({ min: 1, max: 1024 }))])),
    );
    let at = 0;
    await fc.assert(
      fc.asyncProperty(workers, workers, async (first, second) => {
        const tree = (place: string) => ({
          ...(first[place] === null ? {} : { workers: first[place] }),
          ...(second[place] === null ? {} : { maxWorkerMemory: second[place] }),
        });
        at += 1;
        writeFileSync(join(directory, `p${at}.toml`), stringify({ daemon: tree('file') }));
        const texts = (place: string) =>
          Object.entries(tree(place)).map(([key, value]) => [key, String(value)] as const);
        const { options } = await readConfiguration({
          directory,
          commandLine: { daemon: Object.fromEntries(texts('commandLine')) },
          set: texts('set').map(([key, value]) => `daemon.${key}=${value}`),
          environment: Object.fromEntries(texts('environment').map(([key, value]) => [variableOf(key), value])),
          file: `p${at}.toml`,
        });
        const winner = (said: Record<string, number | null | undefined>) =>
          PLACES.map((place) => said[place]).find((value) => typeof value === 'number');
        assert.equal(options.workers, winner(first) ?? 1);
        assert.equal(options.maxWorkerMemory, winner(second));
      }),
      { numRuns: 60 },
    );
  });

  test('of a service each key, and each limit, is replaced by itself', async () => {
    writeFileSync(
      join(directory, 's.toml'),
      '[service.echo]\nlisten = ["tcp:1", "tcp:2"]\nthrottle = "1K"\nlimit = { total = 9, perPeer = 5, scope = "worker" }\n[service."a/b"]\nidleTimeout = 1.5\nlimit.total = 3',
    );
    const { services } = await readConfiguration({
      directory,
      file: 's.toml',
      set: ['service.echo.limit.total=8', 'service."x=y".proxyProtocol=["unix", "::1"]'],
      commandLine: {
        daemon: {},
        service: { name: 'echo', words: { listen: ['tcp:3'], limitPerPeer: '2', proxyProtocol: '10.0.0.0/8,::1' } },
      },
    });
    assert.deepEqual(
      { ...services },
      {
        echo: {
          listen: ['tcp:3'],
          throttle: 1024,
          limit: { scope: 'worker', total: 8, perPeer: 2 },
          proxyProtocol: ['10.0.0.0/8', '::1'],
        },
        'x=y': { proxyProtocol: ['unix', '::1'] },
        'a/b': { idleTimeoutMs: 1500, limit: { scope: 'node', total: 3 } },
      },
    );
    assert.equal(Object.getPrototypeOf(services), null);
  });

  test('a ledger takes the place of a ledger file that comes after it, and the other way round', async () => {
    const [url, file] = ['daemon.ledger="redis://a"', 'daemon.ledgerFile="url"'];
    const [byUrl, byFile] = [{ COUPLETD_LEDGER: 'redis://b' }, { COUPLETD_LEDGER_FILE: 'url' }];
    assert.equal((await readConfiguration({ directory, set: [url], environment: byFile })).options.ledger, 'redis://a');
    const { options } = await readConfiguration({ directory, set: [file], environment: byUrl });
    assert.equal(options.ledger, 'redis://user:password@localhost:6379/1');
    assert.equal('ledgerFile' in options, false);
  });

  test('the tables of the application are merged; without any it is absent', async () => {
    writeFileSync(join(directory, 'a.toml'), '[application]\na = [1, 2]\nb = { c = 1, d = 2 }');
    const { application } = await readConfiguration({
      directory,
      file: 'a.toml',
      set: ['application.b.c=tcp:5', 'application.a=[3]', 'application.e=1970-01-01'],
    });
    assert.equal(JSON.stringify(application), '{"a":[3],"b":{"c":"tcp:5","d":2},"e":"1970-01-01"}');
    assert.equal((await readConfiguration({ environment: { HOME: '/' } })).application, undefined);
  });

  test('variables that Kubernetes sets for a Service of that name are let through, empty ones are not there', async () => {
    const { options } = await readConfiguration({
      environment: {
        COUPLETD_PORT: 'tcp://10.0.0.1:80',
        COUPLETD_PORT_80_TCP_ADDR: '10.0.0.1',
        COUPLETD_SERVICE_HOST: '10.0.0.1',
        COUPLETD_SERVICE_PORT_HTTP: '80',
        COUPLETD_CONFIG: 'x',
        COUPLETD_WORKERS: '',
      },
    });
    assert.equal(options.workers, 1);
  });

  test('place names the source that won', async () => {
    writeFileSync(join(directory, 'a.toml'), '[service.slow]\n\nworkers = 2\n[daemon]\ntopology = "apart"');
    const { place } = await readConfiguration({ directory, file: 'a.toml', environment: { COUPLETD_WORKERS: '2' } });
    assert.equal(place(['service', 'slow', 'workers']), 'a.toml:3: service.slow.workers');
    assert.equal(place(['daemon', 'workers']), 'COUPLETD_WORKERS');
    assert.equal(place(['daemon', 'uid']), 'daemon.uid');
  });
});

describe('R-D30 names that reach a prototype', () => {
  const key = fc.constantFrom('a', 'b c', 'daemon', '0');
  const forbidden = fc.constantFrom('__proto__', 'constructor', 'prototype');
  /** A tree with such a name somewhere, within tables and lists. */
  const tree = fc
    .tuple(fc.array(fc.tuple(key, fc.boolean()), { maxLength: 20 }), forbidden, fc.constantFrom('1', '{}', '"x"'))
    .map(([path, name, value]) =>
      path.reduceRight(
        (inner, [at, listed]) => `{${JSON.stringify(at)}:${listed ? `[${inner}]` : inner}}`,
        `{${JSON.stringify(name)}:${value}}`,
      ),
    );

  test('are refused at any depth, in JSON and TOML (property)', async () => {
    await fc.assert(
      fc.asyncProperty(tree, async (text) => {
        writeFileSync(join(directory, 'p.json'), `{"application":${text}}`);
        const toml = text.replace(/"(__proto__|constructor|prototype|a|b c|daemon|0)":/g, '"$1"=');
        writeFileSync(join(directory, 'p.toml'), `x = 1\napplication = ${toml}`);
        for (const [file, place] of [
          ['p.json', 'p.json'],
          ['p.toml', 'p.toml:2'],
        ])
          await assert.rejects(readConfiguration({ directory, file }), (error: Error & { status?: number }) => {
            assert.equal(error.status, 78);
            assert.ok(error.message.startsWith(`${place}: application.`), error.message);
            assert.match(error.message, /(__proto__|constructor|prototype) is a name that no table may have$/);
            return true;
          });
      }),
      { numRuns: 60 },
    );
    assert.equal(Object.hasOwn(Object.prototype, 'x'), false);
  });
});
