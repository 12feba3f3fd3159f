import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { command } from './stage.ts';

const directory = mkdtempSync(join(tmpdir(), 'coupletd-'));
after(() => rmSync(directory, { recursive: true }));
writeFileSync(join(directory, 'quotes'), 'one\nline more\n%\ntwo\n%\n\n');
writeFileSync(join(directory, 'echo.toml'), '[service.echo]\nlisten = "tcp:8007"\n');
writeFileSync(join(directory, 'other.toml'), '[service.ehco]\nlisten = "tcp:8007"\n');
writeFileSync(join(directory, 'poetry.service'), '[Service]\nTimeoutStopSec=30\n');
writeFileSync(join(directory, 'good.service'), '[Service]\nTimeoutStopSec=31\n');

describe('--inspect', () => {
  for (const [words, inspect] of [
    [['run', '--inspect', 'app.ts'], 'tcp:0:interface=127.0.0.1'],
    [['run', 'app.ts', '--inspect'], 'tcp:0:interface=127.0.0.1'],
    [['--inspect=unix:/a', 'run', 'app.ts'], 'unix:/a'],
    [['run', 'app.ts', '--inspect='], 'tcp:0:interface=127.0.0.1'],
    [['run', 'app.ts'], 'off'],
    [['echo', '--listen', 'tcp:0', '--inspect'], 'tcp:0:interface=127.0.0.1'],
  ] as const)
    test(words.join(' '), async () => {
      const { launched, error } = await command(words);
      assert.equal(error, '');
      assert.equal(launched?.launch.configuration.options.inspect, inspect);
    });

  test('of a wrong endpoint is refused in one line', async () => {
    const { status, error } = await command(['run', 'app.ts', '--inspect=tcp']);
    assert.deepEqual([status, error], [64, "coupletd: --inspect is not an endpoint: endpoint 'tcp': it has no port\n"]);
  });
});

describe('what is run', () => {
  const L = ['--listen', 'tcp:0'];
  for (const [words, program] of [
    [['run', 'app.ts'], { kind: 'application', file: 'app.ts' }],
    [['run', '--workers', '2', 'app.ts'], { kind: 'application', file: 'app.ts' }],
    [['echo', ...L], { kind: 'builtIn', service: { name: 'echo' } }],
    [['discard', ...L], { kind: 'builtIn', service: { name: 'discard' } }],
    [['chargen', ...L], { kind: 'builtIn', service: { name: 'chargen' } }],
    [['daytime', ...L], { kind: 'builtIn', service: { name: 'daytime' } }],
    [['time', ...L], { kind: 'builtIn', service: { name: 'time' } }],
    [['qotd', ...L, '--text', 'a', '--text', 'b'], { kind: 'builtIn', service: { name: 'qotd', quotes: ['a', 'b'] } }],
    [
      ['qotd', ...L, '--file', 'quotes'],
      { kind: 'builtIn', service: { name: 'qotd', quotes: ['one\nline more', 'two'] } },
    ],
    [['forward', ...L, '--to', 'unix:/x'], { kind: 'builtIn', service: { name: 'forward', to: 'unix:/x' } }],
    [['socks', ...L], { kind: 'builtIn', service: { name: 'socks', allow: [] } }],
    [
      [
        'socks',
        ...L,
        '--allow',
        '10.0.0.0/8:443',
        '--allow',
        '*.example.org:*',
        '--allow',
        '[2001:db8::]/32:80',
        '--allow',
        '::1:*',
      ],
      {
        kind: 'builtIn',
        service: {
          name: 'socks',
          allow: [
            { network: '10.0.0.0/8', port: 443 },
            { host: '*.example.org', port: '*' },
            { network: '2001:db8::/32', port: 80 },
            { host: '::1', port: '*' },
          ],
        },
      },
    ],
  ] as const)
    test(words.join(' '), async () => {
      const { status, error, launched } = await command(words, { directory });
      assert.deepEqual([status, error, launched?.how], [0, '', 'run']);
      assert.deepEqual(launched?.launch.program, program);
    });

  test('the options of a built-in service are the settings of its service', async () => {
    const words = [
      'echo',
      '--listen',
      'tcp:1',
      '--listen',
      'tcp:2',
      '--limit-total',
      '9',
      '--limit-per-peer',
      '2',
      '--idle-timeout',
      '1.5',
    ];
    const more = [
      '--absolute-timeout',
      '60',
      '--throttle',
      '64K',
      '--proxy-protocol',
      '10.0.0.0/8,::1',
      '--workers',
      '4',
    ];
    const { launched, error } = await command([...words, ...more]);
    assert.equal(error, '');
    const { services, options } = launched?.launch.configuration ?? {};
    assert.deepEqual(
      { ...services },
      {
        echo: {
          listen: ['tcp:1', 'tcp:2'],
          limit: { scope: 'node', total: 9, perPeer: 2 },
          idleTimeoutMs: 1500,
          absoluteTimeoutMs: 60_000,
          throttle: 65_536,
          proxyProtocol: ['10.0.0.0/8', '::1'],
        },
      },
    );
    assert.equal(options?.workers, 4);
  });

  test('options of the daemon may stand before the command; those behind it count', async () => {
    const { launched } = await command([
      '--workers',
      '2',
      '--log-level',
      'warn',
      'run',
      'app.ts',
      '--workers',
      '3',
      '--node-option',
      '--a',
      '--node-option=--b',
    ]);
    const { workers, logLevel, nodeOptions } = launched?.launch.configuration.options ?? {};
    assert.deepEqual([workers, logLevel, nodeOptions], [3, 'warn', ['--a', '--b']]);
  });

  test('the file comes from --config or COUPLETD_CONFIG, and is read again for a reload', async () => {
    writeFileSync(join(directory, 'a.toml'), 'daemon.workers = 2');
    for (const [words, environment] of [
      [['--config', 'a.toml'], { COUPLETD_CONFIG: 'nope' }],
      [[], { COUPLETD_CONFIG: 'a.toml' }],
    ] as const) {
      writeFileSync(join(directory, 'a.toml'), 'daemon.workers = 2');
      const { launched } = await command(['run', 'app.ts', ...words], { directory, environment });
      assert.equal(launched?.launch.configuration.options.workers, 2);
      writeFileSync(join(directory, 'a.toml'), 'daemon.workers = 5');
      assert.equal((await launched?.again?.())?.configuration.options.workers, 5);
      writeFileSync(join(directory, 'a.toml'), 'daemon.workers = "x"');
      await assert.rejects(async () => launched?.again?.(), { status: 78 });
    }
  });

  test('a file may say where a built-in service listens', async () => {
    const { status, launched } = await command(['echo', '--config', 'echo.toml'], { directory });
    assert.deepEqual([status, { ...launched?.launch.configuration.services }], [0, { echo: { listen: ['tcp:8007'] } }]);
  });

  test('the status is that of what ran', async () => {
    assert.equal((await command(['run', 'app.ts'], { ends: 75 })).status, 75);
    assert.equal((await command(['check', 'app.ts'], { ends: 70 })).status, 70);
  });

  test('R-D32 check --for passes what fits, and checks the application', async () => {
    const { status, launched } = await command(
      ['check', 'app.ts', '--worker-timeout', '0', '--drain-timeout', '25', '--for', 'systemd', 'good.service'],
      { directory },
    );
    assert.deepEqual(
      [status, launched?.how, launched?.launch.program],
      [0, 'check', { kind: 'application', file: 'app.ts' }],
    );
  });
});

describe('what cannot be run is one line, and nothing runs', () => {
  const LISTEN = 'needs --listen ENDPOINT, such as --listen tcp:8007';
  const FOR = 'is not --for systemd FILE or --for kubernetes FILE';
  for (const [words, status, line] of [
    [['ehco', '--listen', 'tcp:1'], 64, "'ehco' is not a command or a plug-in; did you mean 'echo'?"],
    [['app.ts'], 64, "'app.ts' is not a command; did you mean 'run app.ts'?"],
    [['xyzzy'], 64, "'xyzzy' is not a command or a plug-in"],
    [['run'], 64, "missing required argument 'APP'"],
    [['run', 'a', 'b'], 64, "too many arguments for 'run'. Expected 1 argument but got 2."],
    [['run', 'app.ts', '--wrokers', '2'], 64, "unknown option '--wrokers'; did you mean '--workers'?"],
    [['echo', '--wrokers', '2'], 64, "unknown option '--wrokers'; did you mean '--workers'?"],
    [['stop', '--nwo'], 64, "unknown option '--nwo'; did you mean '--now'?"],
    [['run', 'app.ts', '--workers'], 64, "option '--workers <N>' argument missing"],
    [['run', 'app.ts', '--workers', 'x'], 64, "--workers is 'x', not a whole number from 0 to 1024, or 'auto'"],
    [['run', 'app.ts', '--daemonize'], 78, '--daemonize needs a log file'],
    [['run', 'app.ts', '--config', 'nope'], 66, `cannot read ${directory}/nope: no such file or directory`],
    [
      ['run', 'app.ts', '--set', 'x'],
      64,
      '--set \'x\' is not KEY=VALUE with a key such as daemon.workers or service."upstream/cache".listen',
    ],
    [['run', 'app.ts', '--uid', 'a\u001b[2J'], 64, "--uid is 'a\\u001b[2J', not the name or number of a user"],
    [['echo'], 64, `echo ${LISTEN}`],
    [
      ['echo', '--config', 'other.toml'],
      78,
      "other.toml:1: service.ehco is configured, but the application has no such service; did you mean 'echo'?",
    ],
    [['qotd', '--listen', 'tcp:0'], 64, 'qotd needs either --text or --file'],
    [['qotd', '--listen', 'tcp:0', '--text', 'a', '--file', 'b'], 64, 'qotd needs either --text or --file'],
    [['qotd', '--listen', 'tcp:0', '--file', 'nope'], 66, `cannot read ${directory}/nope: no such file or directory`],
    [['qotd', '--listen', 'tcp:0', '--text', 'x'.repeat(511)], 64, 'qotd: quote 0 has 513 bytes, not at most 511'],
    [['forward', '--listen', 'tcp:0'], 64, 'forward needs --to ENDPOINT, such as --to tcp:example.org:80'],
    [['forward', '--listen', 'tcp:0', '--to', 'tcp:x'], 64, "forward: endpoint 'tcp:x': it has no port"],
    [
      ['socks', '--listen', 'tcp:0', '--allow', '10.0.0.0/8'],
      64,
      "--allow '10.0.0.0/8' is not NET:PORT such as 10.0.0.0/8:443",
    ],
    [
      ['socks', '--listen', 'tcp:0', '--allow', '10.0.0.1/8:443'],
      64,
      "socks: permit 0: '10.0.0.1/8' has bits set beyond its prefix length",
    ],
    [['check', 'app.ts', '--for', 'systemd'], 64, `--for systemd ${FOR}`],
    [['check', 'app.ts', '--for', 'docker', 'x'], 64, `--for docker x ${FOR}`],
    [['check', 'app.ts', '--for', 'systemd', 'nope'], 66, `cannot read ${directory}/nope: no such file or directory`],
    [
      ['check', 'app.ts', '--for', 'systemd', 'poetry.service'],
      78,
      'poetry.service: TimeoutStopSec is 30 s, not at least 31 s (delay 0 s + drain 25 s + stop 5 s + 1 s)',
    ],
    [['run', 'app.ts', '--for', 'systemd', 'x'], 64, "unknown option '--for'"],
    [['--workers', '2', 'status'], 64, '--workers has no meaning for status'],
    [['stop', '--control', 'nope.sock'], 69, `not running: nothing listens at ${directory}/nope.sock`],
  ] as const)
    test(`${words
      .join(' ')
      .slice(0, 70)
      .replace(/\p{Cc}/gu, '?')}: ${status}`, async () => {
      const outcome = await command(words, { directory });
      assert.deepEqual(outcome, { status, out: '', error: `coupletd: ${line}\n`, launched: undefined });
    });

  test('no command at all is told with the help: 64', async () => {
    const { status, error } = await command([]);
    assert.equal(status, 64);
    assert.match(error, /^Usage: coupletd COMMAND[\s\S]*\ncoupletd: no command was given\n$/);
  });
});
