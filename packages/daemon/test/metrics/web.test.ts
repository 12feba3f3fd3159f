import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, test } from 'node:test';
import { Clock } from 'couplet/testing';
import { Web, webPlaceOf } from '../../src/metrics/web.ts';
import { CommandError } from '../../src/values/exit-status.ts';

const HERE = { host: '127.0.0.1', port: 0 };

describe('the web server of metrics and health', { timeout: 10_000 }, () => {
  const opened: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of opened.splice(0)) await close();
  });

  /** A server whose answers the test gives. */
  async function scene() {
    const clock = new Clock();
    const scrapes: ((page: string | Error) => void)[] = [];
    const failures: Error[] = [];
    let notReady: string | undefined;
    const asked: (() => void)[] = [];
    const web = new Web(
      {
        scrape: () =>
          new Promise((resolve, reject) => {
            scrapes.push((page) => (typeof page === 'string' ? resolve(page) : reject(page)));
            asked.shift()?.();
          }),
        ready: () => notReady,
        failed: (error) => failures.push(error),
      },
      clock,
    );
    const port = await web.open(HERE);
    opened.push(() => web.close());
    return {
      clock,
      web,
      port,
      scrapes,
      failures,
      base: `http://127.0.0.1:${port}`,
      become: (reason: string | undefined) => {
        notReady = reason;
      },
      /** Resolves when a scrape is asked for. */
      asked: () => new Promise<void>((resolve) => void asked.push(resolve)),
    };
  }

  async function dial(port: number): Promise<Socket> {
    const socket = connect(port, '127.0.0.1');
    opened.push(async () => void socket.destroy());
    await once(socket, 'connect');
    return socket;
  }

  async function page(url: string, method = 'GET'): Promise<[status: number, text: string]> {
    const response = await fetch(url, { method });
    return [response.status, await response.text()];
  }

  test('answers for health and readiness', async () => {
    const { base, become } = await scene();
    assert.deepEqual(await page(`${base}/healthz`), [200, 'ok\n']);
    assert.deepEqual(await page(`${base}/readyz?verbose`), [200, 'ready\n']);
    become('leaving');
    assert.deepEqual(await page(`${base}/readyz`), [503, 'leaving\n']);
    assert.deepEqual(await page(`${base}/healthz`), [200, 'ok\n']);
  });

  test('answers HEAD without a body, other methods with 405 and other paths with 404', async () => {
    const { base } = await scene();
    assert.deepEqual(await page(`${base}/healthz`, 'HEAD'), [200, '']);
    const refused = await fetch(`${base}/healthz`, { method: 'POST', body: 'x' });
    assert.deepEqual([refused.status, refused.headers.get('allow')], [405, 'GET, HEAD']);
    for (const path of ['/', '/metrics/', '/__proto__', '/constructor'])
      assert.equal((await page(`${base}${path}`))[0], 404, path);
  });

  test('serves the page of metrics, the same one for requests that come meanwhile', async () => {
    const { base, scrapes, asked } = await scene();
    const begun = asked();
    const both = [fetch(`${base}/metrics`), page(`${base}/metrics`)] as const;
    await begun;
    // Both have arrived once a request after them is answered.
    await page(`${base}/healthz`);
    scrapes[0]?.('up 1\n');
    const [first, second] = await Promise.all(both);
    assert.equal(first.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
    assert.deepEqual([await first.text(), second, scrapes.length], ['up 1\n', [200, 'up 1\n'], 1]);
    const again = asked();
    const third = page(`${base}/metrics`);
    await again;
    scrapes[1]?.('up 2\n');
    assert.deepEqual(await third, [200, 'up 2\n']);
  });

  test('answers 500 for a scrape that fails, tells it, and goes on', async () => {
    const { base, scrapes, failures, asked } = await scene();
    for (const time of [0, 1]) {
      const begun = asked();
      const answer = page(`${base}/metrics`);
      await begun;
      scrapes[time]?.(new Error('no numbers'));
      assert.deepEqual(await answer, [500, 'the scrape failed\n']);
      assert.equal(failures[time]?.message, 'no numbers');
    }
  });

  test('ends a connection whose request is not there, or not answered, within 5 s', async () => {
    const { port, clock, asked } = await scene();
    const slow = await dial(port);
    slow.write('GET /healthz HTTP/1.1\r\nhost: x\r\n');
    const begun = asked();
    const waiting = await dial(port);
    waiting.write('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n');
    await begun;
    clock.advance(4999);
    assert.deepEqual([slow.readyState, waiting.readyState], ['open', 'open']);
    const ended = [once(slow, 'close'), once(waiting, 'close')];
    clock.advance(1);
    await Promise.all(ended);
  });

  test('keeps an idle connection for 15 s, and no longer', async () => {
    const { port, clock } = await scene();
    const socket = await dial(port);
    socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n');
    await once(socket, 'data');
    clock.advance(14_999);
    socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n');
    await once(socket, 'data');
    const ended = once(socket, 'close');
    clock.advance(15_000);
    await ended;
    assert.equal(clock.getDelayedCalls().length, 0);
  });

  test('has at most 32 connections', async () => {
    const { port } = await scene();
    const sockets: Socket[] = [];
    for (let count = 0; count < 32; count += 1) sockets.push(await dial(port));
    const more = await dial(port);
    await once(more, 'close');
    assert.ok(sockets.every(({ readyState }) => readyState === 'open'));
    sockets[0]?.destroy();
    for (;;) {
      const next = await dial(port);
      next.write('GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
      const [first] = await Promise.race([once(next, 'data'), once(next, 'close')]);
      if (String(first).includes('200 OK')) break;
    }
  });

  test('R-D15 says that its address is in use in one line, with 69', async () => {
    const { port } = await scene();
    const clock = new Clock();
    const health = { scrape: async () => '', ready: () => undefined, failed: () => {} };
    await assert.rejects(new Web(health, clock).open({ host: '127.0.0.1', port }), (error) => {
      assert.ok(error instanceof CommandError);
      assert.deepEqual(
        [error.message, error.status],
        [`cannot serve metrics on 127.0.0.1:${port}: the address is in use`, 69],
      );
      return true;
    });
  });

  test('takes an endpoint on TCP alone', () => {
    assert.deepEqual(webPlaceOf('tcp:9464'), { host: '0.0.0.0', port: 9464 });
    assert.deepEqual(webPlaceOf('tcp6:0:interface=\\:\\:1'), { host: '::1', port: 0 });
    for (const other of [
      'unix:/run/x.sock',
      'tls:443:cert=a.pem:key=b.pem',
      'haproxy:trusted=10.0.0.1:tcp:80',
      'stdio:',
    ])
      assert.equal(webPlaceOf(other), undefined, other);
  });
});
