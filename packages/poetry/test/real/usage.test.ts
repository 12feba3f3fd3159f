import assert from 'node:assert/strict';
import process from 'node:process';
import { it } from 'node:test';
import { runtime } from 'couplet-test/runtime';
import { run } from './program.ts';

type Row = readonly [command: readonly [string, ...string[]], error: string, hint?: string];

const WHOLE_PORT = 'It must be a whole number from 0 to 65535.';
const SECONDS = 'It must be a number of seconds, 0 or more.';
const NO_ADDRESS = 'is none of port, :port, host:port, [ipv6]:port and endpoint strings like tcp:host:port';

/** The error of each bad command line, without the program's name and the pointer to its help, and the hint if there is one. */
const ROWS: readonly Row[] = [
  [['slowpoetry'], "missing required argument 'file'"],
  [['slowpoetry', 'a.txt', 'b.txt'], "unexpected argument 'b.txt'"],
  [['slowpoetry', 'a.txt', '--dleay', '1'], "unknown option '--dleay'", 'did you mean --delay?'],
  [['slowpoetry', 'a.txt', '--pot', '1'], "unknown option '--pot'", 'did you mean --port?'],
  [['slowpoetry', 'a.txt', '--bluck'], "unknown option '--bluck'", 'did you mean --block?'],
  [['slowpoetry', 'a.txt', '--nothing\nelse'], "unknown option '--nothing\\nelse'"],
  [['slowpoetry', 'a.txt', '-d'], "unknown option '-d'"],
  [
    ['slowpoetry', 'a.txt', '--block', '60001'],
    "option '--block <ms>' argument '60001' is invalid. It must be a whole number from 0 to 60000.",
  ],
  [['slowpoetry', 'a.txt', '--port'], "option '--port <port>' argument missing"],
  [['slowpoetry', 'a.txt', '--port', '99999'], `option '--port <port>' argument '99999' is invalid. ${WHOLE_PORT}`],
  [['slowpoetry', 'a.txt', '--port', 'abc'], `option '--port <port>' argument 'abc' is invalid. ${WHOLE_PORT}`],
  [['slowpoetry', 'a.txt', '--delay', '-1'], `option '--delay <seconds>' argument '-1' is invalid. ${SECONDS}`],
  [['slowpoetry', 'a.txt', '--delay', 'NaN'], `option '--delay <seconds>' argument 'NaN' is invalid. ${SECONDS}`],
  [
    ['slowpoetry', 'a.txt', '--num-bytes', '0'],
    "option '--num-bytes <count>' argument '0' is invalid. It must be a whole number of at least 1.",
  ],
  [
    ['slowpoetry', 'a.txt', '--num-bytes', 'a\nb'],
    "option '--num-bytes <count>' argument 'a\\nb' is invalid. It must be a whole number of at least 1.",
  ],
  [
    ['slowpoetry', 'a.txt', '--concurrency', '-2'],
    "option '--concurrency <clients>' argument '-2' is invalid. It must be a whole number of at least 0.",
  ],
  [
    ['slowpoetry', 'a.txt', '--iface', ''],
    "option '--iface <host>' argument '' is invalid. It must be a host name or an IP address.",
  ],
  [['slowpoetry', 'a.txt', '--listen', 'tcp:0', '--port', '80'], '--port cannot be given beside --listen'],
  [['fastpoetry'], "missing required argument 'file'"],
  [['fastpoetry', 'a.txt', 'b.txt'], "unexpected argument 'b.txt'"],
  [['fastpoetry', 'a.txt', '--delay', '1'], "unknown option '--delay'"],
  [['fastpoetry', 'completion', 'tcsh'], "completion: 'tcsh' is not one of bash, zsh, fish, powershell"],
  [['fastpoetry', 'a.txt', '--iface', 'localhost', '--listen', 'tcp:0'], '--iface cannot be given beside --listen'],
  [
    ['fastpoetry', 'a.txt', '--listen', 'tcp:http'],
    "endpoint 'tcp:http': port 'http' is not a number from 0 to 65535",
    "a server's string is tcp:PORT",
  ],
  [['couplet-nc'], "missing required argument 'address'"],
  [['couplet-nc', 'localhost', '10000'], "unexpected argument '10000'"],
  [['get-poetry'], "missing required argument 'address'"],
  [['get-poetry', '10000', 'localhost'], `address 'localhost' ${NO_ADDRESS}`],
  [['get-poetry', '10000', '-1'], `address '-1' ${NO_ADDRESS}`],
  [['get-poetry', '99999'], "address '99999': port 99999 is not from 1 to 65535"],
  [['get-poetry', '[::g]:80'], "address '[::g]:80': '::g' is not an IPv6 address"],
  [
    ['get-poetry', 'tcp:h:80:x=1'],
    "endpoint 'tcp:h:80:x=1': 'tcp' takes no argument 'x'",
    "a client's string is tcp:HOST:PORT",
  ],
  [['get-poetry', 'tcp:8oo7'], "endpoint 'tcp:8oo7': it has no port", "a client's string is tcp:HOST:PORT"],
  [['get-poetry', '--blokcing', '10000'], "unknown option '--blokcing'", 'did you mean --blocking?'],
  [
    ['get-poetry', '--progress', 'on', '10000'],
    "option '--progress <when>' argument 'on' is invalid. Allowed choices are auto, always, never.",
  ],
  [['get-poetry', 'completion'], 'completion needs one of bash, zsh, fish, powershell'],
  [
    ['get-poetry', '10000', '--timeout', '0'],
    "option '--timeout <seconds>' argument '0' is invalid. It must be a number of seconds above 0.",
  ],
  [
    ['get-poetry', '10000', '--expect-bytes', 'many'],
    "option '--expect-bytes <count>' argument 'many' is invalid. It must be a whole number of at least 0.",
  ],
  [['get-poetry', '10000', '10001', '--expect-bytes', '5'], '--expect-bytes: 1 given for 2 addresses'],
  [['get-poetry', '10000', '--expect-bytes=5', '--expect-bytes=5'], '--expect-bytes: 2 given for 1 address'],
  [['transformedpoetry', 'a.txt'], "unexpected argument 'a.txt'"],
  [['transformedpoetry', '--port', '-1'], `option '--port <port>' argument '-1' is invalid. ${WHOLE_PORT}`],
  [
    ['transformedpoetry', '--listen', 'udp:53'],
    "endpoint 'udp:53': 'udp' is not a kind of server (tcp, tcp6, tls, ssl, unix, fd, systemd, stdio, haproxy)",
  ],
  [['poetry-proxy'], "missing required argument 'address'"],
  [['poetry-proxy', '10000', '10001'], "unexpected argument '10001'"],
  [['poetry-proxy', 'localhost'], `address 'localhost' ${NO_ADDRESS}`],
  [
    ['poetry-proxy', 'tcp:h:80:x=1'],
    "endpoint 'tcp:h:80:x=1': 'tcp' takes no argument 'x'",
    "a client's string is tcp:HOST:PORT",
  ],
];

it('C-3: reports bad usage in one line, with status 2, and a hint in one more', { timeout: 60_000 }, async () => {
  for (let at = 0; at < ROWS.length; at += 8) {
    await Promise.all(
      ROWS.slice(at, at + 8).map(async ([[name, ...args], error, hint]) => {
        const ending = await run(name, ...args);
        const stderr = `${name}: ${error} (see ${name} --help)\n${hint === undefined ? '' : `  ${hint}\n`}`;
        assert.deepEqual(ending, { status: 2, stdout: '', stderr });
      }),
    );
  }
});

it('C-3: prints help with examples, and the version, on standard output, with status 0', {
  timeout: 20_000,
}, async () => {
  for (const name of ['slowpoetry', 'fastpoetry', 'get-poetry', 'transformedpoetry', 'poetry-proxy', 'couplet-nc']) {
    const [help, version] = await Promise.all([run(name, '--help'), run(name, '--version')]);
    assert.deepEqual([help.status, help.stderr], [0, '']);
    assert.match(help.stdout, new RegExp(`^Usage: ${name} `));
    const [, examples = ''] = help.stdout.split('\nExamples:\n');
    const lines = examples.trimEnd().split('\n');
    assert.ok(lines.length >= 2);
    for (const line of lines) assert.ok(line.startsWith(`  ${name} `), line);
    for (const line of help.stdout.split('\n')) assert.ok(line.length <= 80, line);
    const own = (process.versions[runtime] ?? '').replaceAll('.', '\\.');
    assert.match(
      version.stdout,
      new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(couplet \\d+\\.\\d+\\.\\d+, ${runtime} ${own}\\)\n$`),
    );
    assert.deepEqual([version.status, version.stderr], [0, '']);
  }
});
