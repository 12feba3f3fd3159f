import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type Connection, IPv6Address, ServerTLS } from 'couplet';
import type { World } from 'couplet/sim';
import { Clock, StringTransport } from 'couplet/testing';
import { guardedMail, Mailbox, MailFactory, type Message } from '../mail.ts';
import { Certificate } from './certificate.ts';
import { answersTo } from './cuts.ts';
import { restOf, served } from './served.ts';

/** A receiver that keeps its mail here, and takes its time for it. */
function receiver(kept: Message[] = [], settings: Partial<MailFactory> = {}): MailFactory {
  const deliver = async (message: Message) => {
    await Promise.resolve();
    kept.push(message);
  };
  return Object.assign(new MailFactory(deliver), settings);
}

/** What is said and heard of a session, without the greeting; lines of the client end with CRLF. */
async function hears(lines: readonly string[], settings: Partial<MailFactory> = {}): Promise<string[]> {
  const session = lines.map((line) => `${line}\r\n`).join('');
  const heard = (await answersTo(() => receiver([], settings), session)).split('\r\n');
  assert.equal(heard.shift(), '220 localhost ESMTP');
  return heard;
}

/** Lets a receiver have a session, and gives what it kept. */
async function keeps(session: string): Promise<Message[]> {
  const kept: Message[] = [];
  await answersTo(() => {
    kept.length = 0;
    return receiver(kept);
  }, session);
  return kept;
}

const BEGUN = ['EHLO me', 'MAIL FROM:<ada@example.org>', 'RCPT TO:<bob@localhost>', 'DATA'];
const TAKEN = ['250-localhost', '250-PIPELINING', '250-8BITMIME', '250 SIZE 5000000', '250 go on', '250 go on'];
const DATA = '354 end with a line that has a dot only';

describe('mail', () => {
  test('takes a message, and the next, however the session is cut', async () => {
    const lines = [...BEGUN, 'Subject: verse', '', 'two lines', '.', ...BEGUN.slice(1), '.', 'quit', 'NOOP'];
    const delivered = [DATA, '250 delivered'];
    const heard = [...TAKEN, ...delivered, ...TAKEN.slice(4), ...delivered, '221 goodbye', '(end)'];
    assert.deepEqual(await hears(lines), heard);
    const kept = await keeps(lines.map((line) => `${line}\r\n`).join(''));
    assert.equal(kept.length, 2);
    assert.deepEqual([kept[0]?.from, kept[0]?.to], ['ada@example.org', ['bob@localhost']]);
    const trace = [
      'Return-Path: <ada@example.org>',
      'Received: from me ([198.51.100.1])',
      ' by localhost with ESMTP; Thu, 01 Jan 1970 00:00:00 +0000',
    ];
    assert.equal(String(kept[0]?.text), [...trace, 'Subject: verse', '', 'two lines', ''].join('\r\n'));
  });

  test('takes a dot away where the client put one, and keeps every byte else', async () => {
    const text = '..\r\n...\r\n.. \r\n.x\r\n\r\n \t\u00e9\u0000\u00ff\r\n';
    const [message] = await keeps(`${BEGUN.join('\r\n')}\r\n${text}.\r\n`);
    const lines = message?.text.toString('latin1').split('\r\n').slice(3);
    assert.deepEqual(lines, ['.', '..', '. ', 'x', '', ' \t\u00e9\u0000\u00ff', '']);
  });

  for (const [what, text] of [
    ['a line that ends with LF alone', 'a\n.\nMAIL FROM:<eve@example.org>\r\n.\r\n'],
    ['a dot behind LF alone', 'a\n.\r\nb\r\n.\r\n'],
    ['a dot before LF alone', 'a\r\n.\nb\r\n.\r\n'],
    ['a dot between two CR', 'a\r.\r\n.\r\n'],
  ] as const) {
    test(`refuses ${what}, which another server may take for the end of the message`, async () => {
      const heard = await answersTo(() => receiver(), `${BEGUN.join('\r\n')}\r\n${text}NOOP\r\n`);
      assert.deepEqual(heard.split('\r\n').slice(7), [DATA, '550 the message has a CR or LF alone', '250 done', '']);
    });
  }

  test('knows its name in capitals too, and says from where a message came', async () => {
    const kept: Message[] = [];
    const { protocol, transport } = StringTransport.for(receiver(kept, { name: 'Example.ORG' }), {
      peer: new IPv6Address('2001:db8::1', 4321),
    });
    const lines = ['EHLO me', 'MAIL FROM:<>', 'RCPT TO:<bob@example.org>', 'DATA', 'verse', '.'];
    await protocol.dataReceived(Buffer.from(lines.map((line) => `${line}\r\n`).join('')));
    assert.match(transport.value().toString(), /250 delivered\r\n$/);
    assert.match(
      String(kept[0]?.text),
      /^Return-Path: <>\r\nReceived: from me \(\[IPv6:2001:db8::1\]\)\r\n by Example\.ORG /,
    );
  });

  test('refuses what is out of order, or not known, and goes on', async () => {
    const lines = [
      'MAIL FROM:<a@b>',
      'EHLO',
      'HELO me',
      'RCPT TO:<a@b>',
      'DATA',
      'DATA now',
      'MAIL TO:<a@b>',
      'MAIL FROM:a@b',
    ];
    assert.deepEqual(await hears(lines), [
      '503 EHLO first',
      '501 EHLO and your name',
      '250 localhost',
      '503 MAIL first',
      '503 RCPT first',
      '501 DATA takes no argument',
      '501 MAIL FROM:<address>',
      '501 MAIL FROM:<address>',
      '',
    ]);
    const more = [
      'helo me',
      'mail from:<> body=8bitmime',
      'MAIL FROM:<a@b>',
      'RCPT TO:<>',
      'rcpt to: <@a,@b:Bob@LOCALHOST>',
    ];
    assert.deepEqual(await hears([...more, 'RCPT TO:<eve@elsewhere>', 'RSET', 'DATA', 'BDAT 5', '', 'VRFY bob']), [
      '250 localhost',
      '250 go on',
      '503 there is a sender already',
      '501 RCPT TO:<address>',
      '250 go on',
      '550 there is no such mailbox',
      '250 forgotten',
      '503 RCPT first',
      ...Array(2).fill('500 the commands are EHLO, HELO, STARTTLS, MAIL, RCPT, DATA, RSET, NOOP, VRFY and QUIT'),
      '252 send it, and see',
      '',
    ]);
  });

  test('keeps its limits: of a message, announced or not, of a line, of recipients, of mistakes', async () => {
    const small = { maxBytes: 100, maxRecipients: 2 };
    const large = '552 the message is too large';
    const announced = [
      'HELO me',
      'MAIL FROM:<a@b> SIZE=101',
      'MAIL FROM:<a@b> SIZE=100 X=1',
      'MAIL FROM:<a@b> SIZE=100',
    ];
    assert.deepEqual(await hears(announced, small), [
      '250 localhost',
      large,
      '555 X=1 is not known here',
      '250 go on',
      '',
    ]);
    const begun = ['HELO me', 'MAIL FROM:<a@b>', ...Array(3).fill('RCPT TO:<a@localhost>'), 'DATA'];
    const taken = ['250 localhost', ...Array(3).fill('250 go on'), '452 too many recipients', DATA];
    for (const [text, reply] of [
      ['x'.repeat(98), '250 delivered'],
      ['x'.repeat(99), large],
      [`${'x'.repeat(90)}\r\nyyyyyyyyyy`, large],
      [`.${'x'.repeat(1500)}`, '500 a line of the message is too long'],
    ] as const) {
      assert.deepEqual(await hears([...begun, text, '.', 'NOOP'], small), [...taken, reply, '250 done', '']);
    }
    assert.deepEqual(await hears(['y'.repeat(1500), 'NOOP']), ['500 line too long', '250 done', '']);
    const wrong = await hears(Array(30).fill('DATA'));
    assert.deepEqual(wrong.slice(-3), ['503 RCPT first', '421 too many mistakes', '(end)']);
    assert.equal(wrong.length, 22);
  });

  test('says so when a message cannot be kept', async (t) => {
    t.mock.method(console, 'error', () => {});
    const deliver = () => Promise.reject(new Error('the disk is full'));
    const heard = await hears([...BEGUN, '.', 'NOOP'], { deliver });
    assert.deepEqual(heard.slice(-3), ['451 it cannot be kept now', '250 done', '']);
  });

  test('forgets what was said in clear, and leaves what was pipelined behind STARTTLS to TLS', async (t) => {
    const { cert, key } = await Certificate.create(t);
    const tls = new ServerTLS({ cert, key });
    const { protocol, transport } = StringTransport.for(receiver([], { tls }));
    const ask = (...lines: string[]) => {
      transport.clear();
      void protocol.dataReceived(Buffer.from(lines.map((line) => `${line}\r\n`).join('')));
      return transport.value().toString().split('\r\n').slice(0, -1);
    };
    assert.ok(ask('EHLO me').includes('250-STARTTLS'));
    assert.deepEqual(ask('STARTTLS now'), ['501 STARTTLS takes no argument']);
    assert.deepEqual(ask(...BEGUN.slice(1, 3), 'starttls', 'RCPT TO:<eve@localhost>', 'DATA'), [
      '250 go on',
      '250 go on',
      '220 go ahead',
    ]);
    assert.equal(String(transport.turned?.unread), 'RCPT TO:<eve@localhost>\r\nDATA\r\n');
    transport.secure();
    assert.deepEqual(ask('MAIL FROM:<a@b>', 'RCPT TO:<a@localhost>', 'DATA'), [
      '503 EHLO first',
      '503 MAIL first',
      '503 RCPT first',
    ]);
    assert.ok(!ask('EHLO me').includes('250-STARTTLS'));
    assert.deepEqual(ask('STARTTLS'), ['503 TLS is on already']);
  });

  test('gives each line its time, and a message that is kept as long as it takes', async () => {
    const clock = new Clock();
    let kept = () => {};
    const deliver = () =>
      new Promise<void>((resolve) => {
        kept = resolve;
      });
    const { protocol, transport } = StringTransport.for(receiver([], { deliver, timeoutMs: 1000 }), { clock });
    for (const line of [...BEGUN, 'text']) {
      clock.advance(900);
      await protocol.dataReceived(Buffer.from(`${line}\r\n`));
    }
    const delivered = protocol.dataReceived(Buffer.from('.\r\n'));
    clock.advance(10_000);
    assert.equal(transport.disconnecting, false);
    kept();
    await delivered;
    transport.clear();
    clock.advance(500);
    await protocol.dataReceived(Buffer.from('half a li'));
    clock.advance(500);
    assert.equal(transport.value().toString(), '421 timeout\r\n');
    assert.equal(transport.disconnecting, true);
    protocol.connectionLost(new Error('gone'));
    assert.deepEqual(clock.getDelayedCalls(), []);
  });

  test('a mailbox has each message in a file of its own', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'couplet-mail-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const mailbox = new Mailbox(join(folder, 'new'));
    for (const text of ['one', 'two']) await mailbox.keep({ from: '', to: [], text: Buffer.from(text) });
    const files = readdirSync(join(folder, 'new'));
    assert.deepEqual(files.map((file) => readFileSync(join(folder, 'new', file), 'utf8')).sort(), ['one', 'two']);
  });

  test('finishes the message that has begun when the port drains, and takes no other', async () => {
    await served(
      () => guardedMail(receiver()),
      async ({ world, port, dial }) => {
        const [idle, busy] = [await dial(), await dial()];
        await busy.write(`${BEGUN.join('\r\n')}\r\nhalf of`);
        await world.sleep(1000);
        const drained = port.drain();
        assert.equal(await restOf(idle), '220 localhost ESMTP\r\n421 closing\r\n');
        await busy.write(' it\r\n.\r\nNOOP\r\n');
        assert.match(await restOf(busy), /354 .*\r\n250 delivered\r\n250 done\r\n421 closing\r\n$/);
        assert.deepEqual(await drained, { closed: 2, aborted: 0 });
      },
    );
  });

  test('sends away one too many of a host, and who stays too long', async () => {
    await served(
      () => guardedMail(receiver(), { maxPerPeer: 1, timeoutMs: 10_000 }),
      async ({ world, dial }) => {
        const first = await dial();
        assert.equal(await restOf(await dial()), '421 too many connections\r\n');
        assert.match(String(await (await dial('elsewhere')).readUntil('\r\n')), /^220/);
        await assert.rejects(restOf(first));
        assert.ok(world.now > 10_000, `${world.now}`);
      },
    );
  });

  test('has kept every message that it said it had, on a network that cuts connections', async () => {
    /** What is kept outlives the process. */
    const disks = new Map<World, Message[]>();
    const diskOf = (world: World) => {
      const disk = disks.get(world) ?? [];
      disks.set(world, disk);
      return disk;
    };
    const submit = async (connection: Connection, number: number) => {
      await connection.write(`${[...BEGUN, `..message ${number}`, '.', 'QUIT'].join('\r\n')}\r\n`);
      return (await restOf(connection)).includes('250 delivered');
    };
    await served(
      (_, world) => guardedMail(receiver(diskOf(world))),
      async ({ world, dial }) => {
        for (let number = 0; number < 5; number += 1) {
          let done = false;
          while (!done) {
            await world.sleep(1000);
            done = await dial()
              .then((connection) => submit(connection, number))
              .catch(() => false);
          }
          const texts = diskOf(world).map(({ text }) => text.toString());
          assert.ok(texts.some((text) => text.endsWith(`\r\n.message ${number}\r\n`)));
        }
      },
      { seeds: 8, profile: 'storm' },
    );
  });
});
