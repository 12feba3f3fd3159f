import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
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

  test('warns in one line, and on a terminal in several', (context) => {
    const backend = new NodeBackend();
    const print = context.mock.method(console, 'error', () => {});
    const { isTTY } = process.stderr;
    try {
      for (const terminal of [false, true]) {
        process.stderr.isTTY = terminal;
        backend.surroundings.warn('what (at 1, at 2)', ['what', '    at 1', '    at 2']);
        backend.surroundings.warn('a warning');
      }
    } finally {
      process.stderr.isTTY = isTTY;
    }
    assert.deepEqual(
      print.mock.calls.map(({ arguments: printed }) => printed),
      [['what (at 1, at 2)'], ['a warning'], ['what\n    at 1\n    at 2'], ['a warning']],
    );
  });
});
