import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Certificate } from '../certificate.ts';
import { Child } from '../child.ts';
import { Peer } from '../peer.ts';
import { Program } from '../program.ts';

/** The receiver as a program, with a certificate and an empty folder for its mail. */
async function opened(t: test.TestContext) {
  const certificate = await Certificate.create(t);
  const folder = mkdtempSync(join(tmpdir(), 'couplet-mail-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const child = new Child(t, 'mail', 0, join(folder, 'mail'), certificate.certFile, certificate.keyFile);
  const port = Number((await child.says(/127\.0\.0\.1:(\d+)/))[1]);
  const messages = () => {
    const files = readdirSync(join(folder, 'mail')).sort();
    return files.map((file) => readFileSync(join(folder, 'mail', file), 'latin1'));
  };
  return { child, port, folder, certificate, messages };
}

/** What a program prints, which has to end well. */
async function outputOf(program: Program): Promise<string> {
  program.hangUp();
  assert.equal(await program.ended(), 0, program.output + program.errors);
  return program.output + program.errors;
}

const TEXT = 'Subject: verse\r\n\r\n.\r\n..a line with dots.\r\n\r\nNa\u00efve\r\n';

describe('S-11: mail, with swaks and curl', { timeout: 60_000 }, () => {
  test('swaks delivers, in clear, pipelined and over STARTTLS, and is refused what is not taken here', async (t) => {
    const { child, port, folder, messages } = await opened(t);
    writeFileSync(join(folder, 'text'), TEXT, 'latin1');
    const swaks = (...words: string[]) =>
      new Program(t, 'swaks', '--server', '127.0.0.1', '--port', port, '--from', 'ada@example.org', ...words);
    const data = ['--data', `@${join(folder, 'text')}`];
    for (const how of [[], ['--pipeline'], ['--tls']]) {
      const heard = await outputOf(swaks('--to', 'bob@localhost,postmaster@localhost', ...data, ...how));
      assert.match(heard, /250 delivered/);
      assert.equal(heard.includes('TLS started'), how.includes('--tls'));
    }
    const kept = messages();
    assert.equal(kept.length, 3);
    for (const [at, text] of kept.entries()) {
      assert.match(text, /^Return-Path: <ada@example\.org>\r\nReceived: from \S+ \(\[127\.0\.0\.1\]\)\r\n/);
      assert.match(text, at === 2 ? /with ESMTPS; / : /with ESMTP; /);
      assert.ok(text.endsWith(`${TEXT}\r\n`), 'swaks ends what it sends with an empty line');
    }
    const refused = swaks('--to', 'eve@example.org');
    refused.hangUp();
    assert.equal(await refused.ended(), 24, 'no recipient was accepted');
    assert.match(refused.output, /550 there is no such mailbox/);
    child.terminate();
    assert.equal(await child.ended(), 0);
  });

  test('curl delivers five megabytes over verified TLS, and is told of the limit before it sends', async (t) => {
    const { port, folder, certificate, messages } = await opened(t);
    const curl = (file: string) => {
      const place = ['--cacert', certificate.certFile, '--ssl-reqd', `smtp://localhost:${port}/me`];
      const mail = ['--mail-from', 'ada@example.org', '--mail-rcpt', 'bob@localhost', '--upload-file', file];
      return new Program(t, 'curl', '-sS', '-4', '--max-time', '30', ...place, ...mail);
    };
    const line = `.${'x'.repeat(997)}\r\n`;
    const large = join(folder, 'large');
    writeFileSync(large, line.repeat(5000));
    await outputOf(curl(large));
    assert.ok(messages()[0]?.endsWith(`+0000\r\n${line.repeat(5000)}`));
    const larger = join(folder, 'larger');
    writeFileSync(larger, line.repeat(6000));
    const refused = curl(larger);
    assert.notEqual(await refused.ended(), 0);
    assert.match(refused.errors, /552/);
    assert.equal(messages().length, 1);
  });

  test('a message that comes when the server is told to end is taken, and what is pipelined behind STARTTLS is not', async (t) => {
    const { child, port, messages } = await opened(t);
    const eager = await Peer.connect(port);
    eager.socket.on('error', () => {}).write('EHLO me\r\nSTARTTLS\r\nMAIL FROM:<eve@example.org>\r\n');
    assert.match(
      await eager.rest(),
      /250 SIZE \d+\r\n220 go ahead\r\n[^\r\n]{0,7}$/s,
      'at most an alert of TLS follows',
    );
    const peer = await Peer.connect(port);
    peer.socket.write('EHLO me\r\nMAIL FROM:<ada@example.org>\r\nRCPT TO:<bob@localhost>\r\nDATA\r\nSubject: ');
    await peer.until('354');
    child.terminate();
    await assert.rejects(async () => {
      for (;;) (await Peer.connect(port)).socket.destroy();
    });
    peer.socket.write('late\r\n.\r\n');
    assert.match(await peer.leave(), /250 delivered\r\n421 closing\r\n$/);
    assert.equal(await child.ended(), 0);
    assert.match(messages()[0] ?? '', /\r\nSubject: late\r\n$/);
  });
});
