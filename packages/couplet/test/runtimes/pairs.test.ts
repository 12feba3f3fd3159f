import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { flagsOf, programOf, RUNTIMES, type Runtime } from 'couplet-test/runtime';
import { Authority } from '../real/certificates.ts';
import { type Heard, POEM } from './fixtures/talk.ts';

const folder = mkdtempSync(join(tmpdir(), 'couplet-pairs-'));
const CERT = join(folder, 'cert.pem');
const KEY = join(folder, 'key.pem');
const CA = join(folder, 'ca.pem');
const running = new Set<ChildProcessByStdio<null, Readable, null>>();

/** What every client hears of every server. */
const HEARD: Heard = {
  poem: `${POEM.length} ${createHash('sha256').update(POEM).digest('hex')} ConnectionDone`,
  halfClose: 'heard one, two, and the end ConnectionDone',
  reset: 'reset me ConnectionAborted',
  cut: 'ConnectionLost',
  startTLS: 'heard a secret over TLSv1.3 ConnectionDone',
};
/** How the same conversations end for every server. */
const ENDED = [
  'poem ConnectionDone',
  'half-close ConnectionDone',
  'reset ConnectionLost',
  'cut ConnectionAborted',
  'STARTTLS ConnectionDone',
];

/** A fixture on a runtime, and the lines that it prints. */
class Party {
  readonly #child: ChildProcessByStdio<null, Readable, null>;
  readonly ended: Promise<unknown[]>;
  readonly #lines: string[] = [];
  readonly #waiting: ((line: string) => void)[] = [];

  constructor(runtime: Runtime, fixture: string, words: readonly string[]) {
    const file = join(import.meta.dirname, 'fixtures', `${fixture}${extname(import.meta.filename)}`);
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    this.#child = spawn(programOf(runtime), [...flagsOf(runtime), file, ...words], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env,
    });
    running.add(this.#child);
    this.ended = once(this.#child, 'exit').finally(() => running.delete(this.#child));
    createInterface(this.#child.stdout).on('line', (line) => {
      const next = this.#waiting.shift();
      if (next === undefined) this.#lines.push(line);
      else next(line);
    });
  }

  /** Resolves to the next line; rejects if it ends without. */
  line(): Promise<string> {
    const line = this.#lines.shift();
    if (line !== undefined) return Promise.resolve(line);
    const next = new Promise<string>((resolve) => this.#waiting.push(resolve));
    return Promise.race([next, this.ended.then(() => assert.fail('it has ended without a line'))]);
  }

  /** Tells it to end, and resolves to how it did. */
  stop(): Promise<unknown[]> {
    this.#child.kill('SIGTERM');
    return this.ended;
  }
}

before(async () => {
  const authority = await Authority.create();
  const { cert, key } = await authority.certify(['localhost', '127.0.0.1']);
  writeFileSync(CERT, cert);
  writeFileSync(KEY, key);
  writeFileSync(CA, authority.ca);
});
after(() => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

for (const serving of RUNTIMES)
  describe(`RT-14: a server of ${serving}`, { timeout: 120_000 }, () => {
    let server: Party;
    let place: string;
    before(async () => {
      server = new Party(serving, 'pair-server', [CERT, KEY]);
      place = await server.line();
    });

    for (const calling of RUNTIMES)
      test(`RT-14: a client of ${calling} gets the poem, half-close, resets and STARTTLS right from it`, async () => {
        const client = new Party(calling, 'pair-client', [place, CA]);
        assert.deepEqual(JSON.parse(await client.line()), HEARD);
        assert.deepEqual(await client.ended, [0, null]);
        const ended: string[] = [];
        for (const _ of ENDED) ended.push(await server.line());
        assert.deepEqual(ended, ENDED);
      });

    test('RT-14: it ends in order', async () => {
      assert.deepEqual(await server.stop(), [0, null]);
    });
  });
