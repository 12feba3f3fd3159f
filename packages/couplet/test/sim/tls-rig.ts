import assert from 'node:assert/strict';
import type { Cause, TlsClientSettings, TlsContext, TlsServerSettings } from 'couplet/testing';
import type { CertificateFiles, CertificateOptions } from '../../src/sim/certificate.ts';
import { issue } from '../../src/sim/certificate.ts';
import type { Conditions } from '../../src/sim/conditions.ts';
import type { End } from './rig.ts';
import { Rig } from './rig.ts';

export const NAME = 'poems.example';
export const GOOD: CertificateFiles = issue({ names: [NAME] }, 1);

/** The settings of a server with a good certificate, but for these. */
export function serverSettings(own: Partial<TlsServerSettings> = {}): TlsServerSettings {
  return {
    role: 'server',
    identities: [GOOD],
    ca: undefined,
    clientAuth: 'none',
    alpn: [],
    minVersion: 'TLSv1.2',
    ...own,
  };
}

/** A server that presents such a certificate. */
export function presenting(options: Partial<CertificateOptions>): TlsServerSettings {
  return serverSettings({ identities: [issue({ names: [NAME], ...options }, 2)] });
}

/** The settings of a client that verifies the server, but for these. */
export function clientSettings(own: Partial<TlsClientSettings> = {}): TlsClientSettings {
  return { role: 'client', identity: undefined, ca: GOOD.ca, verify: true, alpn: [], minVersion: 'TLSv1.2', ...own };
}

/** A rig whose two processes have TLS. */
export class TlsRig extends Rig {
  readonly serving: TlsContext;
  readonly calling: TlsContext;

  constructor(
    server: TlsServerSettings = serverSettings(),
    client: TlsClientSettings = clientSettings(),
    conditions: Partial<Conditions> = {},
    seed: string = 'tls',
  ) {
    super(conditions, seed);
    this.serving = made(this.server.streams.tlsContext(server));
    this.calling = made(this.client.streams.tlsContext(client));
  }

  /** Two ends that have begun a handshake. */
  async shake(serverName: string = NAME): Promise<{ near: End; far: End }> {
    const { near, far } = await this.pair();
    far.wire.startTls(this.serving, '', Buffer.alloc(0));
    near.wire.startTls(this.calling, serverName, Buffer.alloc(0));
    return { near, far };
  }

  /** Two ends whose handshake is done. */
  async secure(serverName: string = NAME): Promise<{ near: End; far: End }> {
    const { near, far } = await this.shake(serverName);
    this.pass(10_000);
    assert.deepEqual([near.told, far.told], [['secured'], ['secured']], `${near.detail}; ${far.detail}`);
    return { near, far };
  }
}

function made(context: TlsContext | Cause): TlsContext {
  assert.ok(!('kind' in context));
  return context;
}
