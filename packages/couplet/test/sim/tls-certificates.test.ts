import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { simulate } from 'couplet/sim';
import type { TlsClientSettings, TlsServerSettings } from 'couplet/testing';
import { certificatesOf, issue, keyOf } from '../../src/sim/certificate.ts';
import type { End } from './rig.ts';
import { clientSettings, GOOD, NAME, presenting, serverSettings, TlsRig } from './tls-rig.ts';

const DAY_MS = 86_400_000;
const OTHER = issue({ names: ['reader'], issuer: 'Readers' }, 3);

/** Two ends whose handshake has failed, if it is as it should be: what they say. */
async function failure(
  server: TlsServerSettings,
  client: TlsClientSettings,
  serverName: string = NAME,
  prepare: (rig: TlsRig) => void = () => {},
): Promise<readonly string[]> {
  const rig = new TlsRig(server, client);
  prepare(rig);
  const { near, far } = await rig.shake(serverName);
  rig.pass(10);
  assert.deepEqual([near.told, far.told], [['tls'], ['tls']]);
  assert.deepEqual(rig.faults, []);
  return [near.detail, far.detail];
}

/** The same for a server that gives up once the client is content. */
async function lateFailure(server: TlsServerSettings, client: TlsClientSettings): Promise<readonly string[]> {
  const rig = new TlsRig(server, client);
  const { near, far } = await rig.shake();
  rig.pass(10);
  assert.deepEqual([near.told, far.told], [['secured', 'tls'], ['tls']]);
  return [near.detail, far.detail];
}

describe('a simulated certificate of a server', () => {
  test('is good for its names, when the client trusts who issued it', async () => {
    for (const [names, name] of [
      [[NAME], 'POEMS.example'],
      [['a.example', '*.example'], NAME],
      [['10.0.0.1'], '10.0.0.1'],
      [['::1'], '::1'],
      [['*.bücher.example'], 'poems.xn--bcher-kva.example'],
    ] as const) {
      const { near, far } = await new TlsRig(presenting({ names })).secure(name);
      const asked = /[a-z]/.test(name) ? name : undefined;
      assert.deepEqual([near.tls?.verified, near.tls?.peerCertificate?.subject], [true, `CN=${names[0]}`]);
      assert.deepEqual([near.tls?.serverName, far.tls?.serverName], [asked, asked]);
      assert.deepEqual([far.tls?.verified, far.tls?.peerCertificate], [false, undefined]);
    }
  });

  test('is for no other name', async () => {
    for (const [names, name] of [
      [[NAME], 'prose.example'],
      [['*.example'], 'old.poems.example'],
      [['*.example'], 'example'],
      [['*'], 'host'],
      [['*.0.0.1'], '10.0.0.1'],
    ] as const) {
      const [near, far] = await failure(presenting({ names }), clientSettings(), name);
      assert.match(near ?? '', new RegExp(`^${name} is not in the certificate's names: `));
      assert.equal(far, 'the peer gave up TLS: certificate_unknown');
    }
  });

  test('is not trusted when somebody else issued it, or when nobody is trusted', async () => {
    const [server, details] = [
      presenting({ issuer: 'Mallory' }),
      ['unable to get local issuer certificate', 'the peer gave up TLS: unknown_ca'],
    ];
    assert.deepEqual(await failure(server, clientSettings()), details);
    assert.deepEqual(await failure(serverSettings(), clientSettings({ ca: undefined })), details);
    const { ca } = issue({ names: ['any'], issuer: 'Mallory' }, 9);
    await new TlsRig(server, clientSettings({ ca: GOOD.ca + ca })).secure();
  });

  test('is good at its time, by the wall clock of the client', async () => {
    const server = presenting({ validFromMs: 0, validToMs: DAY_MS });
    await new TlsRig(server).secure();
    const at = (ms: number) => (rig: TlsRig) => {
      rig.client.kernel.clockOffsetMs = ms;
    };
    const told = 'the peer gave up TLS: certificate_expired';
    const late = await failure(server, clientSettings(), NAME, at(2 * DAY_MS));
    assert.deepEqual(late, ['certificate has expired', told]);
    const early = await failure(server, clientSettings(), NAME, at(-DAY_MS));
    assert.deepEqual(early, ['certificate is not yet valid', told]);
  });

  test('is not looked at by a client that does not verify; it is told as not verified', async () => {
    const server = presenting({ names: ['else'], issuer: 'Mallory' });
    const { near } = await new TlsRig(server, clientSettings({ verify: false, ca: undefined })).secure('');
    assert.deepEqual([near.tls?.verified, near.tls?.peerCertificate?.issuer], [false, 'CN=Mallory']);
  });

  test('is chosen by the name that the client asks for; the first is for all others', async () => {
    const identities = [GOOD, issue({ names: ['*.prose.example'] }, 4)];
    const rig = new TlsRig(serverSettings({ identities }), clientSettings({ verify: false }));
    const subjects: unknown[] = [];
    for (const name of [NAME, 'a.prose.example', 'else.example'])
      subjects.push((await rig.secure(name)).near.tls?.peerCertificate?.subject);
    assert.deepEqual(subjects, [`CN=${NAME}`, 'CN=*.prose.example', `CN=${NAME}`]);
  });
});

describe('a simulated certificate of a client', () => {
  const client = clientSettings({ identity: OTHER });

  test('is asked for, and may be missing', async () => {
    const server = serverSettings({ clientAuth: 'request', ca: OTHER.ca });
    const without = (await new TlsRig(server).secure()).far;
    assert.deepEqual([without.tls?.verified, without.tls?.peerCertificate], [false, undefined]);
    const { far } = await new TlsRig(server, client).secure();
    assert.deepEqual([far.tls?.verified, far.tls?.peerCertificate?.subject], [true, 'CN=reader']);
    assert.equal((await new TlsRig(serverSettings(), client).secure()).far.tls?.peerCertificate, undefined);
  });

  test('is required, and has to be of an authority that the server trusts', async () => {
    const server = serverSettings({ clientAuth: 'require', ca: OTHER.ca });
    await new TlsRig(server, client).secure();
    assert.deepEqual(await lateFailure(server, clientSettings()), [
      'the peer gave up TLS: certificate_required',
      "the client's certificate: it presents none",
    ]);
    const details = [
      'the peer gave up TLS: unknown_ca',
      "the client's certificate: unable to get local issuer certificate",
    ];
    assert.deepEqual(await lateFailure(server, clientSettings({ identity: GOOD })), details);
    const asking = serverSettings({ clientAuth: 'request', ca: OTHER.ca });
    assert.deepEqual(await lateFailure(asking, clientSettings({ identity: GOOD })), details);
  });
});

describe('what a simulated handshake agrees on', () => {
  test('the application protocol that the server wants most, if both have any', async () => {
    const agreed = async (own: string[], offered: string[]): Promise<unknown> => {
      const rig = new TlsRig(serverSettings({ alpn: own }), clientSettings({ alpn: offered }));
      const { near, far } = await rig.secure();
      assert.equal(near.tls?.alpn, far.tls?.alpn);
      return near.tls?.alpn;
    };
    assert.equal(await agreed(['h2', 'poem/1'], ['poem/1', 'h2']), 'h2');
    assert.equal(await agreed(['h2'], []), undefined);
    assert.equal(await agreed([], ['h2']), undefined);
    const details = await failure(serverSettings({ alpn: ['h2'] }), clientSettings({ alpn: ['h3'] }));
    assert.deepEqual(details, ['the peer gave up TLS: no_application_protocol', 'no application protocol in common']);
  });

  test('version and cipher are what RFC 8446 calls them', async () => {
    const { near, far } = await new TlsRig().secure();
    for (const { tls } of [near, far])
      assert.deepEqual([tls?.version, tls?.cipher, tls?.resumed], ['TLSv1.3', 'TLS_AES_128_GCM_SHA256', false]);
  });

  test('a session is resumed once, with the certificates of its handshake', async () => {
    const rig = new TlsRig(
      serverSettings({ clientAuth: 'require', ca: OTHER.ca }),
      clientSettings({ identity: OTHER }),
    );
    const said = ({ tls }: End): unknown => [tls?.resumed, tls?.verified, tls?.peerCertificate?.subject];
    const { near, far } = await rig.secure();
    assert.deepEqual(
      [said(near), said(far)],
      [
        [false, true, `CN=${NAME}`],
        [false, true, 'CN=reader'],
      ],
    );
    // Two at once, and one session.
    const pairs = [await rig.shake(), await rig.shake()];
    rig.pass(10);
    assert.deepEqual(
      pairs.map((pair) => [pair.near.tls?.resumed, pair.far.tls?.resumed]),
      [
        [true, true],
        [false, false],
      ],
    );
    for (let round = 0; round < 3; round += 1) {
      const again = await rig.secure();
      assert.deepEqual(
        [said(again.near), said(again.far)],
        [
          [true, true, `CN=${NAME}`],
          [true, true, 'CN=reader'],
        ],
      );
    }
  });

  test('a server that forgot a session makes a handshake of it', async () => {
    const rig = new TlsRig();
    await rig.secure();
    const context = rig.server.streams.tlsContext(serverSettings());
    assert.ok(!('kind' in context));
    const { near, far } = await rig.pair();
    far.wire.startTls(context, '', Buffer.alloc(0));
    near.wire.startTls(rig.calling, NAME, Buffer.alloc(0));
    rig.pass(10);
    assert.deepEqual([near.tls?.resumed, near.tls?.verified], [false, true]);
  });
});

describe('the text of a simulated certificate', () => {
  test('says what it was issued with', () => {
    const validity = { validFromMs: 5, validToMs: 7 };
    const { cert, key, ca } = issue({ names: ['a.example', '::1'], issuer: 'Bards', ...validity }, 255);
    const [certificate] = certificatesOf(cert) ?? [];
    const { subject, issuer, subjectAltName, serialNumber, validFrom, validTo } = certificate ?? {};
    assert.deepEqual(
      [subject, issuer, subjectAltName, serialNumber, validFrom, validTo],
      ['CN=a.example', 'CN=Bards', 'DNS:a.example, IP Address:::1', 'ff', 5, 7],
    );
    assert.match(certificate?.fingerprint256 ?? '', /^[0-9A-F]{2}(:[0-9A-F]{2}){31}$/);
    assert.equal(keyOf(key), certificate?.key);
    assert.equal(certificatesOf(ca)?.[0]?.key, certificate?.signer);
    assert.equal(certificatesOf(cert + ca)?.length, 2);
    assert.throws(() => issue({ names: [] }, 1), /names is empty/);
  });

  test('that cannot be used is named', () => {
    const rig = new TlsRig();
    const { cert, key } = GOOD;
    const real = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    const broken = cert.replace('"names"', '"nom"');
    for (const [settings, detail] of [
      [serverSettings({ identities: [{ cert: real, key }] }), 'cert is not a certificate of the simulation'],
      [serverSettings({ identities: [GOOD, { cert, key: cert }] }), 'identities[0].key is not a key of the simulation'],
      [serverSettings({ identities: [{ cert, key: OTHER.key }] }), 'key does not belong to the certificate'],
      [serverSettings({ ca: key }), 'ca is not a certificate of the simulation'],
      [clientSettings({ identity: { cert: broken, key } }), 'identity.cert is not a certificate of the simulation'],
      [clientSettings({ ca: cert.replace('{', '') }), 'ca is not a certificate of the simulation'],
    ] as const) {
      assert.deepEqual(rig.client.streams.tlsContext(settings), { kind: 'tls', code: '', detail });
    }
  });

  test('a world issues certificates, each with a key of its own, by authorities of the same name', async () => {
    await simulate({ seeds: [1], profile: 'calm' }, (world) => {
      const [one, two] = [world.certificate({ names: ['one'] }), world.certificate({ names: ['two'] })];
      assert.notEqual(keyOf(one.key), keyOf(two.key));
      assert.equal(one.ca, two.ca);
      assert.notEqual(world.certificate({ names: ['one'], issuer: 'Mallory' }).ca, one.ca);
    });
  });
});
