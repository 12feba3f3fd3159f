import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Factory } from 'couplet';
import { Echo } from 'couplet/protocols';
import { simulate } from 'couplet/sim';
import { type InspectorOptions, serveInspector } from 'couplet-inspector';
import { PAGE, PAGE_POLICY } from '../../src/web/page.ts';
import { ask, frameOf, send, TOKEN, textOf } from '../ask.ts';
import { play, type Scene, visit } from '../scene.ts';

/** The fields by which Chromium says where a request comes from. */
function fetchFields(site: string, mode: string, dest: string): Record<string, string> {
  return { 'Sec-Fetch-Site': site, 'Sec-Fetch-Mode': mode, 'Sec-Fetch-Dest': dest };
}

/** True if an answer has anything of the program in it. */
function leaks({ head, body }: { readonly head: string; readonly body: string }): boolean {
  return /8007|Echo|Factory|"now"/.test(head + body);
}

describe('I-2 where an inspector listens', () => {
  const refused: readonly (readonly [InspectorOptions, RegExp])[] = [
    [
      { listen: 'tcp:0' },
      /other machines can reach it: interface=127\.0\.0\.1 keeps them out, allowRemote: true lets them in, with tls:$/,
    ],
    [{ listen: 'tcp:0:interface=192.0.2.1' }, /other machines can reach it/],
    [{ listen: 'tcp6:0' }, /other machines can reach it/],
    [{ listen: 'tcp:0:interface=localhost.example' }, /other machines can reach it/],
    [{ listen: 'tcp:0', allowRemote: true }, /so it has to be a tls: endpoint$/],
    [{ listen: 'tls:0:cert=c.pem:key=k.pem', allowRemote: true }, /so allowedHosts has to say by which name$/],
    [{ listen: 'systemd:name=inspector' }, /cannot be told before it is opened/],
    [{ listen: 'fd:3' }, /cannot be told before it is opened/],
    [{ listen: 'stdio:' }, /more than one connection/],
    [{ listen: 'haproxy:trusted=10.0.0.0/8:tcp:0' }, /behind a proxy/],
    [{ listen: 'unix:/run/inspector.sock:mode=660' }, /mode 660 lets other users in, mode=600 does not$/],
    [{ listen: 'unix:\0inspector' }, /abstract socket has no permissions/],
    [{ listen: 'tcp:8oo7' }, /port '8oo7' is not a number/],
    [{ allowedHosts: ['app.example:80'] }, /^allowedHosts has 'app\.example:80', which is not a host such as/],
    [{ allowedHosts: ['https://app.example'] }, /is not a host such as 'app\.example'$/],
    [{ token: 'short' }, /^token is not at least 16/],
  ];

  test('I-2: is 127.0.0.1 unless it is told', async () => {
    await play(async ({ url }) => {
      assert.match(url, new RegExp(`^http://127\\.0\\.0\\.1:\\d+/#token=${TOKEN}$`));
    });
  });

  for (const [options, message] of refused)
    test(`I-2: ${JSON.stringify(options)} throws before anything is bound`, async () => {
      await simulate({ seeds: 1, profile: 'calm' }, async (world) => {
        const lines: string[] = [];
        world.trace.listener = (line) => lines.push(line);
        const { reactor } = world.host('server');
        await assert.rejects(serveInspector(reactor, { token: TOKEN, ...options }), ({ message: said }: Error) => {
          assert.match(said, message);
          return true;
        });
        assert.deepEqual(lines, []);
      });
    });

  test('a UNIX socket gets mode 600, and needs no token', async () => {
    await play(
      async (scene) => {
        assert.equal(scene.url, 'unix:/run/inspector.sock');
        assert.equal(scene.inspector.notice, 'inspector: unix:/run/inspector.sock');
        const { status } = await ask(scene, '/frame', { token: null });
        assert.equal(status, 200);
        // A port that somebody forwards to the socket can be called by a rebound name.
        assert.equal((await ask(scene, '/frame', { token: null, host: 'evil.example' })).status, 421);
      },
      { listen: 'unix:/run/inspector.sock' },
    );
  });

  test('one that other machines can reach is opened if it is encrypted, and has a name', async () => {
    await simulate({ seeds: 1, profile: 'calm' }, async (world) => {
      const { reactor } = world.host('server');
      const options = {
        listen: 'tls:9229:cert=c.pem:key=k.pem',
        allowRemote: true,
        allowedHosts: ['a.example'],
        token: TOKEN,
      };
      // The files of a simulated host cannot be read: that is looked at when it is opened, after the place was allowed.
      await assert.rejects(serveInspector(reactor, options), /c\.pem/);
    });
  });
});

describe('I-3 what a foreign page can make a browser ask', () => {
  const EVIL = 'https://evil.example';
  const cases: readonly (readonly [name: string, target: string, Parameters<typeof ask>[2], status: number])[] = [
    ['a rebound name', '/frame', { host: 'evil.example:9229' }, 421],
    ['a rebound name, for the page', '/', { host: 'evil.example' }, 421],
    ['a name that begins like loopback', '/frame', { host: '127.0.0.1.evil.example' }, 421],
    ['a name that ends like loopback', '/frame', { host: 'evil-localhost' }, 421],
    ['a literal that is not loopback', '/frame', { host: '192.0.2.1' }, 421],
    ['no host', '/frame', { host: '' }, 421],
    [
      'a fetch of another origin',
      '/frame',
      { fields: { Origin: EVIL, ...fetchFields('cross-site', 'cors', 'empty') } },
      403,
    ],
    ['a fetch without CORS', '/frame', { fields: fetchFields('cross-site', 'no-cors', 'empty') }, 403],
    ['a fetch of a page on another port', '/frame', { fields: fetchFields('same-site', 'cors', 'empty') }, 403],
    ['an EventSource', '/stream', { fields: { Origin: EVIL, Accept: 'text/event-stream' } }, 403],
    ['a sandboxed frame', '/frame', { fields: { Origin: 'null' } }, 403],
    ['the origin of another port', '/frame', { fields: { Origin: 'http://127.0.0.1:3000' } }, 403],
    ['the origin of another scheme', '/frame', { fields: { Origin: 'https://127.0.0.1' } }, 403],
    ['a frame around the page', '/', { fields: fetchFields('cross-site', 'navigate', 'iframe') }, 403],
    ['a script of another page', '/frame', { fields: fetchFields('cross-site', 'no-cors', 'script') }, 403],
    ['a link to a frame', '/frame', { fields: fetchFields('cross-site', 'navigate', 'document') }, 403],
    ['no token', '/frame', { token: null }, 401],
    ['a wrong token', '/frame', { token: 'a-token-for-testt' }, 401],
    ['the beginning of the token', '/frame', { token: TOKEN.slice(0, -1) }, 401],
    ['more than the token', '/stream', { token: `${TOKEN}x` }, 401],
    ['another scheme of authorization', '/frame', { token: null, fields: { Authorization: `Basic ${TOKEN}` } }, 401],
    ['the token in the query', `/frame?token=${TOKEN}`, { token: null }, 401],
  ];

  test('I-3: reads nothing', async () => {
    await play(async (scene) => {
      await visit(scene);
      for (const [name, target, asking, status] of cases) {
        const reply = await ask(scene, target, asking);
        assert.equal(reply.status, status, name);
        assert.ok(!leaks(reply), `${name}: ${reply.body}`);
        assert.ok(!/access-control/i.test(reply.head), name);
      }
    });
  });

  test('I-3: a link may open the page, which has no data', async () => {
    await play(async (scene) => {
      const fields = fetchFields('cross-site', 'navigate', 'document');
      const reply = await ask(scene, '/', { token: null, fields });
      assert.equal(reply.status, 200);
      assert.equal(reply.body, PAGE);
      assert.ok(reply.head.includes(`\r\nContent-Security-Policy: ${PAGE_POLICY}\r\n`));
    });
  });

  test('I-3: the page itself reads', async () => {
    await play(async (scene) => {
      const host = /127\.0\.0\.1:\d+/.exec(scene.url)?.[0] ?? '';
      const fields = { Origin: `http://${host}`, ...fetchFields('same-origin', 'cors', 'empty') };
      assert.equal((await ask(scene, '/frame', { host, fields })).status, 200);
      for (const other of ['localhost:9229', 'LOCALHOST', '127.9.9.9', '[::1]:9229'])
        assert.equal((await ask(scene, '/frame', { host: other })).status, 200, other);
    });
  });

  test('hosts that were allowed may be in Host and in Origin', async () => {
    await play(
      async (scene) => {
        const fields = { Origin: 'http://dev.example:8080' };
        assert.equal((await ask(scene, '/frame', { host: 'Dev.example:8080', fields })).status, 200);
        assert.equal((await ask(scene, '/frame', { host: 'other.example' })).status, 421);
      },
      { allowedHosts: ['DEV.example'] },
    );
  });

  test('I-3: every answer has the fields that keep it from others', async () => {
    await play(async (scene) => {
      const asked = [
        ask(scene, '/'),
        ask(scene, '/frame'),
        ask(scene, '/none'),
        ask(scene, '/', { host: 'x' }),
        send(scene, 'x\r\n\r\n'),
      ];
      for (const { head } of await Promise.all(asked)) {
        for (const field of [
          'Cache-Control: no-store',
          'Referrer-Policy: no-referrer',
          'X-Content-Type-Options: nosniff',
          'X-Frame-Options: DENY',
          'Cross-Origin-Resource-Policy: same-origin',
        ])
          assert.ok(head.includes(`\r\n${field}\r\n`), `${field} in ${head}`);
        assert.match(head, /\r\nContent-Security-Policy: [^\r]*default-src 'none'/);
        assert.match(head, /\r\nContent-Security-Policy: [^\r]*frame-ancestors 'none'/);
      }
    });
  });
});

describe('I-4 other methods', () => {
  test('I-4: are 405, and nothing changes', async () => {
    await play(async (scene) => {
      const connection = await visit(scene);
      const { totals } = await frameOf(scene);
      for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'CONNECT', 'get', 'STOP']) {
        const reply = await send(
          scene,
          textOf('/frame', { method, fields: { 'Content-Length': '4' }, behind: 'stop' }),
        );
        assert.equal(reply.status, 405, method);
        assert.match(reply.head, /\r\nAllow: GET, HEAD\r\n/);
        assert.match(reply.head, /\r\nConnection: close\r\n/);
      }
      const after = await frameOf(scene);
      assert.deepEqual(after.totals, totals);
      assert.equal(after.running, true);
      connection.close();
    });
  });

  test('I-4: HEAD has the head of GET and no body', async () => {
    await play(async (scene) => {
      const got = await ask(scene, '/');
      const head = await ask(scene, '/', { method: 'HEAD' });
      const undated = ({ head }: { head: string }): string => head.replace(/Date: .*\r\n/, '');
      assert.equal(undated(head), undated(got));
      assert.match((await ask(scene, '/stream', { method: 'HEAD' })).head, /\r\nContent-Type: text\/event-stream\r\n/);
    });
  });
});

describe('I-5 payload', () => {
  const MARKER = 'a-marker-of-this-test';

  async function search(scene: Scene): Promise<string> {
    const connection = await visit(scene);
    const { rows } = await frameOf(scene);
    const [row] = rows;
    assert.ok(row !== undefined);
    const id = `id=${row.id}`;
    const queries = ['', ...['reactor', 'connections', 'timeline', 'events'].map((view) => `view=${view}`)];
    // On one connection, so that the frame before had begun to keep it.
    const { open } = await import('couplet');
    const { endpointOf } = await import('../ask.ts');
    let all = '';
    for (const query of queries) {
      await using keeping = await open(endpointOf(scene.url), { reactor: scene.client });
      for (let times = 0; times < 2; times += 1) {
        await keeping.write(textOf(`/frame?${query}&${id}`, {}));
        const head = (await keeping.readUntil('\r\n\r\n')).toString();
        const body = await keeping.readExactly(Number(/content-length: (\d+)/i.exec(head)?.[1]));
        all += body.toString();
        await connection.write(MARKER);
        await connection.readExactly(MARKER.length);
      }
    }
    connection.close();
    return all;
  }

  const base64 = Buffer.from(MARKER).toString('base64');

  test('I-5: is in no response unless it was asked for', async () => {
    await play(async (scene) => {
      const all = await search(scene);
      assert.ok(all.length > 1000);
      assert.ok(!all.includes(MARKER) && !all.includes(base64));
      assert.ok(!all.includes('payload'));
    });
  });

  test('is shown of a connection that a viewer has open, in both directions', async () => {
    await play(async (scene) => assert.ok((await search(scene)).includes(base64)), { payload: true });
  });
});

test('an inspector takes no errors from standard error', async () => {
  await simulate({ seeds: 1, profile: 'calm', allowErrors: true }, async (world) => {
    const { reactor } = world.host('server');
    const inspector = await serveInspector(reactor, { token: TOKEN });
    await reactor.listenTCP(1, Factory.forProtocol(Echo));
    reactor.report({ who: 'a test', where: 'here', error: new Error('seen') });
    const client = reactor.sibling();
    const { events } = await frameOf({ client, url: inspector.url }, '?view=events');
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ['listening', 'error'],
    );
    await inspector.close();
  });
});
