import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { before, describe, test } from 'node:test';
import type { SecureVersion } from 'node:tls';
import { createServer } from 'node:tls';
import { ClientTLS, ConnectionLost, ServerTLS } from 'couplet';
import { Between } from './between.ts';
import type { Identity } from './certificates.ts';
import { Authority } from './certificates.ts';
import { foreignClient, numberOf, Party, TLSStage } from './tls-stage.ts';

const VERSIONS: readonly SecureVersion[] = ['TLSv1.2', 'TLSv1.3'];
/** In a race, as often as this. */
const ROUNDS = 10;
const BAD_RECORD = Buffer.concat([Buffer.from([23, 3, 3, 0, 40]), Buffer.alloc(40, 7)]);

describe('TLS that breaks', { timeout: 60_000 }, () => {
  let ca: string;
  let local: Identity;

  before(async () => {
    const authority = await Authority.create();
    ca = authority.ca;
    local = await authority.certify(['localhost', '127.0.0.1']);
  });

  /** A server's connection whose client is a foreign one behind somebody; what `meddle` does must end it. */
  async function served(version: SecureVersion, meddle: (between: Between, client: Socket) => void): Promise<Party> {
    const stage = new TLSStage();
    const port = await stage.listen(new ServerTLS(local));
    const between = await Between.before(numberOf(port));
    const client = await foreignClient(between.port, { ca, servername: 'localhost', maxVersion: version });
    client.on('error', () => {});
    client.write('x');
    const party = await stage.party(0);
    await party.until(() => party.received.length === 1);
    meddle(between, client);
    await party.until(() => party.reason !== undefined);
    client.destroy();
    between.close();
    await port.stopListening();
    return party;
  }

  for (const version of VERSIONS) {
    test(`R3 a bad record ends the connection of a server at once (${version})`, async () => {
      const { reason } = await served(version, ({ pair }) => pair.up.write(BAD_RECORD));
      assert.ok(reason instanceof ConnectionLost, String(reason));
    });

    test(`R3 a fatal alert of the client ends the connection of a server at once (${version})`, async () => {
      const { reason } = await served(version, ({ pair }) => pair.down.write(BAD_RECORD));
      assert.ok(reason instanceof ConnectionLost, String(reason));
      assert.match(reason.message, /alert.*bad ?record ?mac/i);
    });

    test(`R3 a bad record ends the connection of a client at once (${version})`, async () => {
      const server = createServer({ ...local, maxVersion: version }, (socket) => {
        socket.on('error', () => {});
        socket.write('x');
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      assert.ok(address !== null && typeof address === 'object');
      const between = await Between.before(address.port);
      const client = await new TLSStage().connect(between.port, new ClientTLS({ ca }), new Party());
      await client.until(() => client.received.length === 1);
      between.pair.down.write(BAD_RECORD);
      await client.until(() => client.reason !== undefined);
      between.close();
      server.close();
      assert.ok(client.reason instanceof ConnectionLost, String(client.reason));
    });

    test(`R3 half of the records and a reset are no orderly end (${version})`, async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const { reason, received } = await served(version, (between, client) => {
          const kept: Buffer[] = [];
          between.fromClient = (chunk, up) => {
            kept.push(chunk);
            const bytes = Buffer.concat(kept);
            if (bytes.length < 100_000) return;
            up.write(bytes.subarray(0, 50_000));
            up.resetAndDestroy();
          };
          client.write(Buffer.alloc(100_000));
        });
        assert.ok(reason instanceof ConnectionLost, `${reason} after ${received.length} bytes`);
      }
    });
  }

  // The server's session tickets find the reset first, and nobody is told.
  for (const [what, length] of [
    ['a reset', 0],
    ['half of the records, and a reset,', 50_000],
  ] as const) {
    test(`R3 ${what} right behind the handshake is no orderly end`, async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const stage = new TLSStage();
        const port = await stage.listen(new ServerTLS(local));
        const between = await Between.before(numberOf(port));
        // The second flight of a client ends its handshake (RFC 8446, section 2).
        const flights: Buffer[] = [];
        between.fromClient = (chunk, up) => {
          flights.push(chunk);
          if (flights.length === 1) up.write(chunk);
          const rest = Buffer.concat(flights.slice(1));
          if (flights.length === 1 || rest.length < length) return;
          between.fromClient = () => {};
          up.write(length === 0 ? rest : rest.subarray(0, length));
          up.resetAndDestroy();
        };
        const client = await foreignClient(between.port, { ca, servername: 'localhost' });
        client.on('error', () => {});
        client.write(Buffer.alloc(2 * length));
        const party = await stage.party(0);
        await party.until(() => party.reason !== undefined);
        client.destroy();
        between.close();
        await port.stopListening();
        assert.ok(party.reason instanceof ConnectionLost, `${party.reason} after ${party.received.length} bytes`);
      }
    });
  }
});
