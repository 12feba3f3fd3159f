import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { Server } from 'node:tls';
import { createServer } from 'node:tls';
import { runtime } from 'couplet-test/runtime';
import { NodeTlsClient } from '../../src/backends/tls/context.ts';
import { Authority } from './certificates.ts';

/** How many servers a client remembers a session of. */
const MOST = 100;

/** Bun has a TLS of its own, and its backend takes sessions from that. */
const OPTIONS = { timeout: 60_000, skip: runtime === 'bun' && 'it is about node:tls' };

describe('the sessions that a client remembers', OPTIONS, () => {
  let server: Server;
  let number: number;
  let ca: string;

  before(async () => {
    const authority = await Authority.create();
    ca = authority.ca;
    // What it says comes behind its sessions.
    server = createServer(await authority.certify(['localhost']), (socket) => socket.end('!'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    number = address.port;
  });

  after(() => server.close());

  function client(): NodeTlsClient {
    const settings = { role: 'client', identity: undefined, ca, verify: false, alpn: [] } as const;
    return new NodeTlsClient({ ...settings, minVersion: 'TLSv1.3' });
  }

  /** Resolves to whether a session was resumed, once the new ones are there. */
  async function visit(visitor: NodeTlsClient, serverName: string): Promise<boolean> {
    const raw = connect(number, '127.0.0.1');
    await once(raw, 'connect');
    const { socket } = visitor.secure(raw, serverName);
    const [data] = await once(socket, 'data');
    assert.equal(String(data), '!');
    const resumed = socket.isSessionReused();
    socket.end();
    await once(socket, 'close');
    return resumed;
  }

  test('R37 each is offered once, also by connections that begin together', async () => {
    const visitor = client();
    assert.equal(await visit(visitor, 'one.example'), false);
    // A handshake brings two.
    const resumed = await Promise.all([1, 2, 3].map(() => visit(visitor, 'one.example')));
    assert.equal(resumed.filter((each) => each).length, 2);
  });

  test('R37 they are those of the servers that gave one last, and no more', async () => {
    const visitor = client();
    const names = Array.from({ length: MOST + 1 }, (_, at) => `${at}.example`);
    const [first = '', second = '', ...others] = names;
    const last = others.pop() ?? '';
    for (const name of [first, second, ...others]) assert.equal(await visit(visitor, name), false);
    // A visit that resumes one need not bring another.
    while (await visit(visitor, first));
    assert.equal(await visit(visitor, last), false);
    // One too many: those that are there the longest are forgotten.
    assert.equal(await visit(visitor, first), true);
    assert.equal(await visit(visitor, last), true);
    assert.equal(await visit(visitor, second), false);
  });
});
