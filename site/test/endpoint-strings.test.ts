import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { EndpointSyntaxError, Reactor } from 'couplet';
import { clientFromString, placeOf } from 'couplet/endpoints';
import { NodeBackend } from 'couplet/node';
import { partsOf } from '../markdown.ts';
import { rowsIn } from './tables.ts';

const ROOT = join(import.meta.dirname, '../..');
const SOURCES = 'packages/couplet/src/endpoints';
const parts = partsOf(readFileSync(join(ROOT, 'site/pages/reference/endpoint-strings.md'), 'utf8'));
const reactor = new Reactor(new NodeBackend());

/** Reads a string as a server or a client does; nothing is opened. */
const readers = {
  servers: (text: string): unknown => placeOf(text),
  clients: (text: string): unknown => clientFromString(reactor, text),
};
type Side = keyof typeof readers;

/** What is required by each kind, by names. */
const LEAST: Record<Side, Readonly<Record<string, string>>> = {
  servers: {
    tcp: 'tcp:port=0',
    tcp6: 'tcp6:port=0',
    tls: 'tls:port=0:cert=c.pem:key=k.pem',
    unix: 'unix:path=/run/echo.sock',
    fd: 'fd:descriptor=3',
    systemd: 'systemd:name=echo',
    stdio: 'stdio:',
    haproxy: 'haproxy:trusted=10.0.0.0/8',
  },
  clients: {
    tcp: 'tcp:host=localhost:port=1',
    tls: 'tls:host=localhost:port=1',
    unix: 'unix:path=/run/echo.sock',
    stdio: 'stdio:',
    exec: 'exec:command=sort',
    haproxy: 'haproxy',
  },
};
/** A value of each argument, where it is not its default. */
const VALUES: Readonly<Record<string, string>> = {
  interface: '[::1]',
  endpoint: 'unix\\:/run/echo.sock',
  lockfile: '0',
  clientAuth: 'none',
  bindAddress: '127.0.0.1',
  domain: 'INET',
  minVersion: 'TLSv1.3',
  serverName: 'localhost',
  cert: 'c.pem',
  key: 'k.pem',
};
/** What one argument needs beside it. */
const BESIDE: Readonly<Record<string, string>> = {
  'clients cert': ':key=k.pem',
  'clients key': ':cert=c.pem',
  'servers ipv6Only': ':interface=[::]',
};

interface Row {
  readonly kind: string;
  readonly argument: string;
  readonly position: string;
  readonly unset: string;
}

function rowsOf(side: Side): Row[] {
  const prose = parts.find(({ anchor }) => anchor === side)?.prose ?? '';
  let kind = '';
  return rowsIn(prose).flatMap(([named = '', of = '', position = '', , unset = '']) => {
    kind = /^`(\w+)`/.exec(named)?.[1] ?? kind;
    return [...of.matchAll(/`(\w+)`/g)]
      .map(([, argument = '']) => argument)
      .filter((argument) => argument !== 'tcp')
      .map((argument) => ({ kind, argument, position, unset: unset.replaceAll('`', '') }));
  });
}

/** A string of a kind with one more argument. */
function withArgument(side: Side, kind: string, argument: string, value: string): string {
  const least = LEAST[side][kind] ?? '';
  const beside = BESIDE[`${side} ${argument}`] ?? '';
  const wraps = argument === 'endpoint';
  const own = wraps ? least.replace(/:(?:host=\w+:)?port=\d/, '') : least;
  const end = wraps && side === 'clients' ? ':serverName=localhost' : beside;
  const text = own.includes(`:${argument}=`) ? own : `${own}:${argument}=${value}${end}`;
  if (kind !== 'haproxy') return text;
  return `${text}:tcp:${side === 'servers' ? '0' : 'localhost:1'}`;
}

for (const side of ['servers', 'clients'] as const)
  describe(`S-4: the table of ${side}`, () => {
    const rows = rowsOf(side);

    test('has each kind', () => {
      const kinds = [...new Set(rows.map(({ kind }) => kind)), 'stdio'].sort();
      assert.deepEqual(kinds, Object.keys(LEAST[side]).sort());
      assert.throws(() => readers[side]('nosuch:1'), /is not a kind of/);
      const [, listed = ''] = /is not a kind of \w+ \(([^)]*)\)/.exec(messageOf(() => readers[side]('nosuch:1'))) ?? [];
      assert.deepEqual([...kinds, 'ssl'].sort(), listed.split(', ').sort());
    });

    test('has each argument that the code takes, and no other', () => {
      const files = side === 'servers' ? ['server-from-string.ts'] : ['client-from-string.ts'];
      const code = files.map((file) => readFileSync(join(ROOT, SOURCES, file), 'utf8')).join('\n');
      const tls = readFileSync(join(ROOT, SOURCES, 'tls-description.ts'), 'utf8');
      const [server = '', client = ''] = tls.split('export function clientTLSOf');
      const own = side === 'servers' ? server : client;
      const common = tls.slice(tls.indexOf('function commonOf'));
      const taken = [code, own, common]
        .flatMap((text) => [...text.matchAll(/(?:optional|required|oneOf|named)\((?:description, )?'(\w+)'/g)])
        .map(([, name]) => name);
      assert.deepEqual([...new Set(rows.map(({ argument }) => argument))].sort(), [...new Set(taken)].sort());
    });

    for (const { kind, argument, position, unset } of rows)
      test(`${kind}: ${argument}`, () => {
        const value = VALUES[argument] ?? (/^\d+$/.test(unset) ? unset : '1');
        readers[side](withArgument(side, kind, argument, value));
        assert.throws(
          () => readers[side](withArgument(side, kind, `${argument}s`, value)),
          (error) => error instanceof EndpointSyntaxError && error.message.includes(`'${argument}s'`),
        );
        if (position !== '') {
          const text = LEAST[side][kind] ?? '';
          readers[side](
            text.replace(/:(\w+)=/g, (whole, name) => (Number(position) > 0 && name === argument ? ':' : whole)),
          );
        }
      });
  });

/** What calling it throws says. */
function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  return '';
}

test('S-3: the errors that the page shows are those of the strings in them', () => {
  const lines = readFileSync(join(ROOT, 'site/steps/30-endpoint-strings/errors.txt'), 'utf8').trim().split('\n');
  assert.ok(lines.length > 4);
  for (const line of lines) {
    const [, text = ''] = /^endpoint '(.*?)': /.exec(line) ?? [];
    const told = [messageOf(() => placeOf(text)), messageOf(() => clientFromString(reactor, text))];
    assert.ok(told.includes(line), `${line}\n${told.join('\n')}`);
  }
});
