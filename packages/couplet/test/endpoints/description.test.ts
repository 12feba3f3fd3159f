import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ConnectOptions, ListenOptions } from 'couplet';
import { ClientFactory, connect, EndpointSyntaxError, Factory, listen, Protocol } from 'couplet';
import fc from 'fast-check';
import { clientFromString } from '../../src/endpoints/client-from-string.ts';
import { Description } from '../../src/endpoints/description.ts';
import { placeOf, serverFromString } from '../../src/endpoints/server-from-string.ts';
import { Reactor } from '../../src/reactor/reactor.ts';
import type { ConnectPlace, ListenPlace } from '../../src/seam/streams.ts';
import { oneLine } from '../../src/values/one-line.ts';
import { quoteStringArgument } from '../../src/values/quote.ts';
import { FakeBackend } from '../fake-backend.ts';
import { BAD_CLIENTS, BAD_SERVERS } from './malformed.ts';

const idle = new Reactor(new FakeBackend());

/** Where the backend is asked to listen for a description. */
async function listens(text: string, options: ListenOptions = {}): Promise<ListenPlace | undefined> {
  const backend = new FakeBackend();
  const endpoint = serverFromString(new Reactor(backend), text);
  await assert.rejects(endpoint.listen(Factory.forProtocol(Protocol), options), /no network/);
  const [place] = backend.listened;
  const { key, ...told } = placeOf(text);
  // What the call adds is not of the place.
  if (Object.keys(options).length === 0) assert.deepEqual(told, place);
  assert.equal(placeOf(key).key, key);
  return place;
}

/** Where the backend is asked to connect to, and when the attempt times out. */
function connects(text: string, options: ConnectOptions = {}): [ConnectPlace | undefined, number | undefined] {
  const backend = new FakeBackend();
  void clientFromString(new Reactor(backend), text).connect(ClientFactory.forProtocol(Protocol), options);
  return [backend.connected[0], backend.alarmAt];
}

/** Passes when the error is one of syntax that quotes the whole description, in one line, and names the part. */
function names(text: string, named: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof EndpointSyntaxError, String(error));
    const quoted = `endpoint '${oneLine(text)}': `;
    assert.ok(error.message.startsWith(quoted), error.message);
    assert.ok(error.message.slice(quoted.length).includes(named), error.message);
    return true;
  };
}

describe('a server description', () => {
  test('R35 tcp', async () => {
    const tcp = { kind: 'tcp', host: '0.0.0.0', port: 8007, backlog: 4096 };
    assert.deepEqual(await listens('tcp:8007'), tcp);
    assert.deepEqual(await listens('tcp:port=8007'), tcp);
    assert.deepEqual(await listens('tcp:0'), { ...tcp, port: 0 });
    assert.deepEqual(await listens('tcp:65535'), { ...tcp, port: 65_535 });
    assert.deepEqual(await listens('tcp:8007:interface=127.0.0.1'), { ...tcp, host: '127.0.0.1' });
    assert.deepEqual(await listens('tcp:interface=127.0.0.1:8007'), { ...tcp, host: '127.0.0.1' });
    assert.deepEqual(await listens('tcp:8007:interface=[::1]'), { ...tcp, host: '::1' });
    assert.deepEqual(await listens('tcp:8007:interface=\\:\\:1:backlog=5'), { ...tcp, host: '::1', backlog: 5 });
    assert.deepEqual(await listens('tcp:8007:interface=[fe80::1%eth0]'), { ...tcp, host: 'fe80::1%eth0' });
  });

  test('R35 tcp6', async () => {
    assert.deepEqual(await listens('tcp6:8007'), { kind: 'tcp', host: '::', port: 8007, backlog: 4096 });
    assert.deepEqual(await listens('tcp6:8007:interface=[::1]'), {
      kind: 'tcp',
      host: '::1',
      port: 8007,
      backlog: 4096,
    });
  });

  test('R35 unix', async () => {
    const unix = { kind: 'unix', path: '/run/echo.sock', mode: 0o660, backlog: 4096 };
    assert.deepEqual(await listens('unix:/run/echo.sock'), unix);
    assert.deepEqual(await listens('unix:path=/run/echo.sock:mode=600'), { ...unix, mode: 0o600 });
    assert.deepEqual(await listens('unix:/run/echo.sock:mode=0777:backlog=1'), { ...unix, mode: 0o777, backlog: 1 });
    assert.deepEqual(await listens('unix:C\\:\\\\echo'), { ...unix, path: 'C:\\echo' });
    assert.deepEqual(await listens('unix:/a\\=b'), { ...unix, path: '/a=b' });
  });

  test('R35 unix takes lockfile=0, since the socket itself is the lock', async () => {
    const place = { kind: 'unix', path: '/run/echo.sock', mode: 0o600, backlog: 4096 };
    assert.deepEqual(await listens('unix:/run/echo.sock:mode=600:lockfile=0'), place);
  });

  test('R35 fd', async () => {
    assert.deepEqual(await listens('fd:3'), { kind: 'fd', fd: 3, backlog: 4096 });
    assert.deepEqual(await listens('fd:descriptor=0:backlog=7'), { kind: 'fd', fd: 0, backlog: 7 });
  });

  test('R35 stdio, with its colon or without', async () => {
    assert.deepEqual(await listens('stdio:'), { kind: 'stdio' });
    assert.deepEqual(await listens('stdio'), { kind: 'stdio' });
  });

  test('what the description says goes before the options', async () => {
    const place = await listens('tcp:8007:backlog=7', { backlog: 9, interface: '127.0.0.9' });
    assert.deepEqual(place, { kind: 'tcp', host: '0.0.0.0', port: 8007, backlog: 7 });
    const other = await listens('tcp:8007', { backlog: 9 });
    assert.deepEqual(other, { kind: 'tcp', host: '0.0.0.0', port: 8007, backlog: 9 });
  });

  for (const [text, named] of BAD_SERVERS) {
    test(`R35 ${JSON.stringify(text)} is an error that names the part`, () => {
      assert.throws(() => serverFromString(idle, text), names(text, named));
      assert.throws(() => placeOf(text), names(text, named));
    });
  }

  test('R35 listen rejects, it does not throw', async () => {
    await assert.rejects(listen('tcp:http', Factory.forProtocol(Protocol)), names('tcp:http', "port 'http'"));
  });
});

describe('a client description', () => {
  const tcp = { kind: 'tcp', host: '192.0.2.1', port: 8007, localHost: undefined, localPort: undefined };

  test('R35 tcp', () => {
    assert.deepEqual(connects('tcp:192.0.2.1:8007'), [tcp, 30_000]);
    assert.deepEqual(connects('tcp:host=192.0.2.1:port=8007'), [tcp, 30_000]);
    assert.deepEqual(connects('tcp:192.0.2.1:port=8007'), [tcp, 30_000]);
    assert.deepEqual(connects('tcp:[2001:db8::1]:8007'), [{ ...tcp, host: '2001:db8::1' }, 30_000]);
    assert.deepEqual(connects('tcp:192.0.2.1:8007:bindAddress=192.0.2.9'), [
      { ...tcp, localHost: '192.0.2.9' },
      30_000,
    ]);
    assert.deepEqual(connects('tcp:[::1]:8007:bindAddress=[::2]'), [{ ...tcp, host: '::1', localHost: '::2' }, 30_000]);
  });

  test('R35 the timeout counts seconds', () => {
    assert.deepEqual(connects('tcp:192.0.2.1:8007:timeout=10'), [tcp, 10_000]);
    assert.deepEqual(connects('unix:/run/echo.sock:timeout=1'), [{ kind: 'unix', path: '/run/echo.sock' }, 1000]);
  });

  test('R35 unix', () => {
    assert.deepEqual(connects('unix:/run/echo.sock'), [{ kind: 'unix', path: '/run/echo.sock' }, 30_000]);
    assert.deepEqual(connects('unix:path=/run/a\\:b'), [{ kind: 'unix', path: '/run/a:b' }, 30_000]);
  });

  test('R35 stdio', () => {
    assert.deepEqual(connects('stdio:'), [{ kind: 'stdio' }, 30_000]);
  });

  test('what the description says goes before the options', () => {
    const options = { timeoutMs: 7000, bindAddress: '192.0.2.7', bindPort: 4000 };
    const [place, timeout] = connects('tcp:192.0.2.1:8007:timeout=1:bindAddress=192.0.2.9', options);
    assert.deepEqual([place, timeout], [{ ...tcp, localHost: '192.0.2.9', localPort: 4000 }, 1000]);
    assert.deepEqual(connects('tcp:192.0.2.1:8007', { timeoutMs: 7000 }), [tcp, 7000]);
  });

  for (const [text, named] of BAD_CLIENTS) {
    test(`R35 ${JSON.stringify(text)} is an error that names the part`, () => {
      assert.throws(() => clientFromString(idle, text), names(text, named));
    });
  }

  test('R20 an attempt names its destination in one line', async () => {
    const backend = new FakeBackend();
    const attempt = clientFromString(new Reactor(backend), 'unix:/a\r\nb').connect(ClientFactory.forProtocol(Protocol));
    backend.advance(30_000);
    await assert.rejects(attempt, { message: '/a\\u000d\\nb: no connection within 30 s' });
  });

  test('R35 connect rejects, it does not throw', async () => {
    await assert.rejects(connect('tcp:a:b', new Protocol<ClientFactory>()), names('tcp:a:b', "port 'b'"));
  });
});

/** Any text, with more than its share of what the grammar knows. */
const value = fc
  .array(fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom(':', '\\', '=', '[', ']', 'a=', '[::1]', '\n', '🙂')), {
    minLength: 1,
  })
  .map((parts) => parts.join(''))
  .filter((text) => text !== '');

describe('quoteStringArgument', () => {
  test('R35 escapes the colon and the backslash', () => {
    assert.equal(quoteStringArgument('C:\\a'), 'C\\:\\\\a');
    assert.equal(quoteStringArgument('/run/echo.sock'), '/run/echo.sock');
    assert.equal(quoteStringArgument('127.0.0.1'), '127.0.0.1');
  });

  test('R35 any value stands for itself, by position and by name', () => {
    fc.assert(
      fc.property(value, value, (one, other) => {
        const description = new Description(`kind:${quoteStringArgument(one)}:name=${quoteStringArgument(other)}`);
        assert.equal(description.kind, 'kind');
        assert.equal(description.required('first'), one);
        assert.equal(description.required('name'), other);
        description.finish();
      }),
      { numRuns: 1000 },
    );
  });

  test('R35 an IPv6 literal in brackets is the same as one that is quoted', () => {
    fc.assert(
      fc.property(fc.ipV6(), (host) => {
        const bare = new Description(`tcp:[${host}]:80`);
        const quoted = new Description(`tcp:${quoteStringArgument(host)}:80`);
        assert.equal(bare.required('host'), host);
        assert.equal(quoted.required('host'), host);
        assert.equal(bare.required('port'), '80');
      }),
    );
  });
});

describe('Description', () => {
  test('R35 for any text it is taken apart, or an EndpointSyntaxError that quotes it', () => {
    fc.assert(
      fc.property(value, (text) => {
        for (const take of [serverFromString, clientFromString]) {
          try {
            take(idle, text);
          } catch (error) {
            assert.ok(error instanceof EndpointSyntaxError, String(error));
            assert.ok(error.message.includes(oneLine(text)));
            assert.equal(error.message, oneLine(error.message));
          }
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('a backslash takes the meaning from any character', () => {
    const description = new Description('k:\\a\\b\\\\c\\:d\\\n:\\[x]:na\\me=1');
    assert.equal(description.required('one'), 'ab\\c:d\n');
    assert.equal(description.required('two'), '[x]');
    assert.equal(description.required('three'), 'name=1');
  });

  test('brackets take the meaning from what is in them', () => {
    const description = new Description('k:[a=b:c\\]:n=[::1]');
    assert.equal(description.required('one'), 'a=b:c\\');
    assert.equal(description.optional('n'), '::1');
  });

  test('a bracket within a value is a character like others', () => {
    const description = new Description('k:a[1]:n=b[2]');
    assert.equal(description.required('one'), 'a[1]');
    assert.equal(description.optional('n'), 'b[2]');
  });

  test('an argument is taken once', () => {
    const description = new Description('k:n=1');
    assert.equal(description.optional('n'), '1');
    assert.equal(description.optional('n'), undefined);
    description.finish();
  });

  test('numbers are read in full, from the least to the most', () => {
    const description = new Description('k');
    assert.equal(description.number('n', '0', 0, 10), 0);
    assert.equal(description.number('n', '010', 0, 10), 10);
    assert.equal(description.number('n', '017', 0, 15, 8), 15);
    assert.throws(() => description.number('n', '11', 0, 10), EndpointSyntaxError);
    assert.throws(() => description.number('n', '', 0, 10), EndpointSyntaxError);
    assert.throws(() => description.number('n', '20', 0, 15, 8), /'20' is not an octal number from 0 to 17/);
  });
});
