import assert from 'node:assert/strict';
import { once } from 'node:events';
import { before, describe, test } from 'node:test';
import { createServer } from 'node:tls';
import { ClientFactory, ClientTLS, Reactor, ServerTLS } from 'couplet';
import { backendHere } from '../here.ts';
import { Authority } from './certificates.ts';
import { numberOf, Party, TLSStage } from './tls-stage.ts';

/** Every name is this machine. */
const reactor = new Reactor({
  ...backendHere(),
  names: { resolve: async () => [{ family: 'IPv4', host: '127.0.0.1' }] },
});

/** Connects a party to a port of that host, says goodbye at once, and tells what the handshake agreed on. */
async function visit(host: string, port: number, tls: ClientTLS): Promise<Party['transport']['tls']> {
  const party = new Party();
  class Caller extends ClientFactory {
    override buildProtocol(): Party {
      return party;
    }
  }
  await reactor.connectTCP(host, port, new Caller(), { tls }).whenConnected();
  party.transport.loseConnection();
  await party.until(() => party.reason !== undefined);
  return party.transport.tls;
}

describe('TLS and names', { timeout: 30_000 }, () => {
  let authority: Authority;

  before(async () => {
    authority = await Authority.create();
  });

  test('R37 a host in Unicode, in capitals, or with a final dot gets the certificate of its name', async (t) => {
    const stage = new TLSStage();
    const first = await authority.certify(['other.test']);
    const second = await authority.certify(['xn--bcher-kva.test']);
    const port = await stage.listen(new ServerTLS({ ...first, identities: [second] }));
    t.after(() => port.stopListening());
    const { ca } = authority;
    for (const host of ['xn--bcher-kva.test', 'bücher.test', 'BÜCHER.test.', 'bücher。test']) {
      const byHost = await visit(host, numberOf(port), new ClientTLS({ ca }));
      const byName = await visit('poem.test', numberOf(port), new ClientTLS({ ca, serverName: host }));
      for (const tls of [byHost, byName])
        assert.deepEqual(
          [tls?.verified, tls?.serverName, tls?.peerCertificate?.subject],
          [true, 'xn--bcher-kva.test', 'CN=xn--bcher-kva.test'],
          host,
        );
    }
  });

  test('R37 of two connections at once one resumes the session that is there: it is offered once', async (t) => {
    const identity = await authority.certify(['poem.test']);
    // This version brings one session with a handshake.
    const server = createServer({ ...identity, maxVersion: 'TLSv1.2' }, (socket) => socket.on('error', () => {}).end());
    t.after(() => server.close());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    const tls = new ClientTLS({ ca: authority.ca });
    const resumed = async (): Promise<boolean | undefined> => (await visit('poem.test', address.port, tls))?.resumed;
    assert.equal(await resumed(), false);
    assert.deepEqual((await Promise.all([resumed(), resumed()])).sort(), [false, true]);
  });
});
