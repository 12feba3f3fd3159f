import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { connect as connectTCP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { connect as connectTLS } from 'node:tls';
import type { ClientFactory, ListeningPort, Transport } from 'couplet';
import { connect, Factory, Protocol, ProxyHeaderError, Reactor } from 'couplet';
import { announceEndpoint, clientFromString, detailsOf, serverFromString, TLV } from 'couplet/endpoints';
import { NodeBackend } from 'couplet/node';
import { freePort } from 'couplet-test/free-port';
import { Authority } from '../real/certificates.ts';
import { Program } from './program.ts';

const folder = mkdtempSync(join(tmpdir(), 'couplet-haproxy-'));

/** Tells its peer who that is. */
class Guest extends Protocol<Guests> {
  override connectionMade(): void {
    this.factory.note(this.transport);
    this.transport.write(`${this.transport.getPeer()}`);
    this.transport.loseConnection();
  }
}

/** Who came, and what went wrong. */
class Guests extends Factory {
  override protocol = Guest;
  readonly reactor = new Reactor(new NodeBackend());
  readonly transports: Transport[] = [];
  readonly refused: Error[] = [];
  readonly errors: unknown[] = [];
  #port: ListeningPort | undefined;
  #waiting: (() => void)[] = [];

  constructor() {
    super();
    this.reactor.observe({
      connectionRefused: (_peer, reason) => {
        this.refused.push(reason);
        this.#changed();
      },
      error: ({ error }) => this.errors.push(error),
    });
  }

  /** Opens a port. Resolves to where it is, in the words of HAProxy. */
  async at(description: string): Promise<string> {
    this.#port = await serverFromString(this.reactor, description).listen(this);
    const host = this.#port.getHost();
    return host.family === 'UNIX' ? `unix@${host.path}` : host.authority;
  }

  async close(): Promise<void> {
    await this.#port?.stopListening();
  }

  note(transport: Transport): void {
    this.transports.push(transport);
    this.#changed();
  }

  /** Resolves to the first guest that is like that. */
  async find(like: (guest: Transport) => boolean): Promise<Transport> {
    for (;;) {
      const found = this.transports.find(like);
      if (found !== undefined) return found;
      await this.change();
    }
  }

  /** Resolves when somebody has come, or was refused. */
  change(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  #changed(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** What a client hears until the other side ends, and where it is itself. */
async function visit(socket: Socket, ready = 'connect'): Promise<{ heard: string; here: string }> {
  await once(socket, ready);
  const { localAddress = '', localPort } = socket;
  const family = localAddress.includes(':') ? 'IPv6' : 'IPv4';
  const here = `${family}Address(type='TCP', host='${localAddress}', port=${localPort})`;
  let heard = '';
  for await (const chunk of socket) heard += chunk;
  return { heard, here };
}

/** The names of what an object has. */
function namesOf<T extends object>(things: T): (keyof T & string)[] {
  return Object.keys(things).filter((name): name is keyof T & string => name in things);
}

/** Asks over HTTP, and hears where HAProxy sees the client. */
class Asking extends Protocol<ClientFactory> {
  readonly answer: Promise<string>;
  #heard = '';
  #resolve: (answer: string) => void = () => {};

  constructor() {
    super();
    this.answer = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  override connectionMade(): void {
    this.transport.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  }

  override dataReceived(data: Buffer): void {
    this.#heard += data;
  }

  override connectionLost(): void {
    this.#resolve(/<(.*)>/.exec(this.#heard)?.[1] ?? this.#heard);
  }
}

describe('HAProxy', { timeout: 60_000 }, () => {
  const checked = { v1: new Guests(), v2: new Guests(), paths1: new Guests(), paths2: new Guests() };
  const { v1, v2, paths1, paths2 } = checked;
  const [secured, behind, strict] = [new Guests(), new Guests(), new Guests()];
  const ports = { v1: 0, v2: 0, paths1: 0, paths2: 0, secured: 0, behind: 0, strict: 0, told: 0 };
  let haproxy: Program;
  let ca: string;

  before(async () => {
    const authority = await Authority.create();
    ca = authority.ca;
    const local = await authority.certify(['localhost', '127.0.0.1', 'poems.example']);
    writeFileSync(join(folder, 'cert.pem'), local.cert);
    writeFileSync(join(folder, 'key.pem'), local.key);
    writeFileSync(join(folder, 'both.pem'), `${local.cert}\n${local.key}`);
    for (const name of namesOf(ports)) ports[name] = await freePort();
    const trusted = 'haproxy:trusted=127.0.0.1,unix';
    const tcp = 'tcp:0:interface=127.0.0.1';
    const tls = `tls:0:interface=127.0.0.1:cert=${folder}/cert.pem:key=${folder}/key.pem`;
    const check = 'check check-send-proxy inter 100';
    const options = 'proxy-v2-options crc32c,unique-id,authority';
    writeFileSync(
      join(folder, 'haproxy.cfg'),
      `
global
  log stderr format raw local0
defaults
  mode tcp
  log global
  option log-health-checks
  timeout connect 2s
  timeout client 10s
  timeout server 10s
listen v1
  bind 127.0.0.1:${ports.v1}
  bind ::1:${ports.v1}
  bind unix@${folder}/v1.sock
  server one ${await v1.at(`${trusted}:${tcp}`)} send-proxy ${check}
listen v2
  option tcp-check
  tcp-check expect string Address
  bind 127.0.0.1:${ports.v2}
  bind ::1:${ports.v2}
  bind unix@${folder}/v2.sock
  unique-id-format verse-%cp
  server one ${await v2.at(`${trusted}:${tcp}`)} send-proxy-v2 ${check} ${options}
listen paths1
  option tcp-check
  tcp-check expect string Address
  bind 127.0.0.1:${ports.paths1}
  server one ${await paths1.at(`${trusted}:unix:${folder}/paths1.sock`)} send-proxy ${check}
listen paths2
  option tcp-check
  tcp-check expect string Address
  bind 127.0.0.1:${ports.paths2}
  server one ${await paths2.at(`${trusted}:unix:${folder}/paths2.sock`)} send-proxy-v2 ${check}
listen secured
  bind 127.0.0.1:${ports.secured} ssl crt ${folder}/both.pem alpn poem
  server one ${await secured.at(`${trusted}:${tcp}`)} send-proxy-v2 ${options},ssl,ssl-cipher,cert-key,cert-sig
listen behind
  bind 127.0.0.1:${ports.behind}
  server one ${await behind.at(`${trusted}:${tls}`)} send-proxy-v2
listen strict
  bind 127.0.0.1:${ports.strict}
  server one ${await strict.at(`haproxy:trusted=192.0.2.0/24:${tcp}`)} send-proxy
frontend told
  mode http
  bind 127.0.0.1:${ports.told} accept-proxy
  http-request return status 200 content-type text/plain lf-string "<%[src] %[src_port]>"
`,
    );
    haproxy = new Program('haproxy', ['-db', '-f', join(folder, 'haproxy.cfg')]);
    // It checks whom it serves as soon as it serves.
    await haproxy.says(/check for server v1\/one succeeded/);
  });

  after(async () => {
    await haproxy.stop();
    for (const guests of [v1, v2, paths1, paths2, secured, behind, strict]) await guests.close();
    rmSync(folder, { recursive: true });
  });

  for (const name of namesOf(checked)) {
    for (const host of name.startsWith('v') ? ['127.0.0.1', '::1'] : ['127.0.0.1']) {
      test(`R38 ${name}: the peer of a connection from ${host} is the client, not the proxy`, async () => {
        const { heard, here } = await visit(connectTCP(ports[name], host));
        assert.equal(heard, here);
        const { proxyHeader } = await checked[name].find((one) => `${one.getPeer()}` === here);
        assert.deepEqual([proxyHeader?.command, proxyHeader?.version], ['PROXY', name.endsWith('1') ? 1 : 2]);
        assert.equal(proxyHeader?.destination?.family, host === '::1' ? 'IPv6' : 'IPv4');
      });
    }
  }

  test('R38 of a client on a UNIX socket the proxy says nothing: the peer is the proxy', async () => {
    for (const name of ['v1', 'v2'] as const) {
      const socket = connectTCP(join(folder, `${name}.sock`));
      let heard = '';
      for await (const chunk of socket) heard += chunk;
      const guest = await checked[name].find((one) => `${one.getPeer()}` === heard);
      assert.deepEqual([guest.getPeer().family, guest.proxyHeader?.source], ['IPv4', undefined]);
      assert.equal(guest.proxyHeader?.command, name === 'v1' ? 'PROXY' : 'LOCAL');
    }
  });

  test('R38 health checks announce nobody, or the proxy, and are no error', async () => {
    // Most of the checks of v1 are reset before they are accepted; the others wait until they are answered.
    for (const name of namesOf(checked)) await haproxy.says(new RegExp(`check for server ${name}/one succeeded`));
    for (const [name, command] of [
      ['v2', 'LOCAL'],
      ['paths1', 'PROXY'],
      ['paths2', 'LOCAL'],
    ] as const) {
      const check = await checked[name].find(({ proxyHeader }) => proxyHeader?.source === undefined);
      assert.equal(check.proxyHeader?.command, command);
      const peer = check.getPeer();
      assert.ok(peer.family === 'UNIX' ? peer.path === '' : peer.family === 'IPv4' && peer.host === '127.0.0.1');
    }
    for (const guests of Object.values(checked)) assert.deepEqual([guests.refused, guests.errors], [[], []]);
    assert.doesNotMatch(haproxy.errors, /check for server .* failed/);
  });

  test('R38 the TLVs of version 2 tell the id of the connection, and its checksum is good', async () => {
    const { heard, here } = await visit(connectTCP(ports.v2, '127.0.0.1'));
    assert.equal(heard, here);
    const { proxyHeader } = await v2.find((one) => `${one.getPeer()}` === here);
    assert.ok(proxyHeader !== undefined);
    const { uniqueId } = detailsOf(proxyHeader);
    assert.equal(`${uniqueId && Buffer.from(uniqueId)}`, `verse-${/port=(\d+)/.exec(here)?.[1]}`);
    assert.ok(proxyHeader.tlvs.some(({ type, value }) => type === TLV.CRC32C && value.length === 4));
  });

  test('R38 the TLVs of version 2 tell how the client is secured', async () => {
    const options = { ca, servername: 'poems.example', ALPNProtocols: ['poem'] };
    const socket = connectTLS(ports.secured, '127.0.0.1', options);
    const { heard, here } = await visit(socket, 'secureConnect');
    assert.equal(heard, here);
    const { proxyHeader } = await secured.find((one) => `${one.getPeer()}` === here);
    assert.ok(proxyHeader !== undefined);
    const { authority, ssl } = detailsOf(proxyHeader);
    assert.equal(authority, 'poems.example');
    assert.deepEqual([ssl?.secured, ssl?.certificate, ssl?.version], [true, undefined, 'TLSv1.3']);
    assert.match(ssl?.cipher ?? '', /^TLS_/);
    assert.deepEqual([ssl?.key, ssl?.signature], ['EC256', 'ecdsa-with-SHA256']);
  });

  test('R38 TLS follows the header: the client is secured up to the server, which knows its address', async () => {
    const options = { ca, servername: 'poems.example' };
    const { heard, here } = await visit(connectTLS(ports.behind, '127.0.0.1', options), 'secureConnect');
    assert.equal(heard, here);
    const guest = await behind.find((one) => `${one.getPeer()}` === here);
    assert.equal(guest.tls?.serverName, 'poems.example');
  });

  test('R38 a proxy that is not trusted is refused, whatever it announces', async () => {
    const refused = strict.change();
    const socket = connectTCP(ports.strict, '127.0.0.1').on('error', () => {});
    socket.resume();
    await Promise.all([refused, once(socket, 'close')]);
    assert.deepEqual(strict.transports, []);
    assert.ok(strict.refused[0] instanceof ProxyHeaderError, String(strict.refused[0]));
  });

  for (const version of [1, 2] as const) {
    test(`R38 what a client of Couplet announces in version ${version} is where HAProxy sees it`, async () => {
      const place = `tcp:127.0.0.1:${ports.told}`;
      const honest = await connect(`haproxy:version=${version}:${place}`, new Asking());
      const host = honest.transport.getHost();
      assert.ok(host.family === 'IPv4');
      assert.equal(await honest.answer, `${host.host} ${host.port}`);
      for (const [family, there] of [
        ['IPv4', '192.0.2.7'],
        ['IPv6', '2001:db8::7'],
      ] as const) {
        const source = { family, host: there, port: 4321 };
        const header = { version, command: 'PROXY', source, destination: { ...source, port: 80 }, tlvs: [] } as const;
        const endpoint = announceEndpoint(clientFromString(v1.reactor, place), header);
        const { answer } = await endpoint.connect(new Asking());
        assert.equal(await answer, `${there} 4321`);
      }
    });
  }
});
