import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { ClientTLS, ServerTLS } from 'couplet';
import { NodeBackend } from 'couplet/node';
import { checkBackend } from 'couplet/testing';
import { Authority } from './certificates.ts';

const folder = mkdtempSync(join(tmpdir(), 'couplet-'));
let sockets = 0;
const authority = await Authority.create();
const venue = {
  backend: () => new NodeBackend(),
  unixPath: () => join(folder, `${++sockets}.sock`),
  tls: {
    server: new ServerTLS(await authority.certify(['localhost', '127.0.0.1'])),
    client: new ClientTLS({ ca: authority.ca }),
  },
};

describe('the Node backend', () => {
  after(() => rmSync(folder, { recursive: true }));
  for (const { name, run } of checkBackend(venue)) test(name, { timeout: 30_000 }, run);
});
