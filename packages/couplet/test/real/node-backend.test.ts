import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { NodeBackend } from 'couplet/node';
import { checkBackend } from 'couplet/testing';

const folder = mkdtempSync(join(tmpdir(), 'couplet-'));
let sockets = 0;
const venue = {
  backend: () => new NodeBackend(),
  unixPath: () => join(folder, `${++sockets}.sock`),
};

describe('the Node backend', () => {
  after(() => rmSync(folder, { recursive: true }));
  for (const { name, run } of checkBackend(venue)) test(name, { timeout: 30_000 }, run);
});
