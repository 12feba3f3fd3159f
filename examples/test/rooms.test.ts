import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Connection } from 'couplet';
import { StringTransport } from 'couplet/testing';
import { guardedRooms, type Member, Rooms } from '../rooms.ts';
import { answersTo } from './cuts.ts';
import { restOf, served } from './served.ts';

const WELCOME = '* welcome; the commands are nick NAME, join ROOM, say ROOM TEXT, who ROOM, leave ROOM, rooms and quit';

/** A guest without a network, who has a name and is in a room. */
class Guest {
  readonly transport: StringTransport;
  readonly member: Member;

  constructor(rooms: Rooms, name: string, room = 'poems') {
    const { protocol, transport } = StringTransport.for(rooms);
    this.member = protocol;
    this.transport = transport;
    this.says(`nick ${name}`, `join ${room}`);
  }

  says(...lines: string[]): void {
    void this.member.dataReceived(Buffer.from(lines.map((line) => `${line}\n`).join('')));
  }

  hears(): string[] {
    const lines = this.transport.value().toString().split('\n').slice(0, -1);
    this.transport.clear();
    return lines;
  }

  leaves(): void {
    this.member.leaving();
  }
}

describe('rooms', () => {
  test('answers a session, however it is cut', async () => {
    const lines = [
      'who poems',
      'nick ada lovelace',
      'NICK a b',
      'say poems x',
      'join poems',
      'join poems',
      'rooms',
      '',
    ];
    const more = [
      'say poems  Naïve\u0007 question?\u202e',
      'nick',
      'nick no!',
      'who poems',
      'leave poems',
      'who poems',
      'bow',
      'Quit',
      'rooms',
    ];
    const session = Buffer.from([...lines.map((line) => `${line}\r\n`), ...more.map((line) => `${line}\n`)].join(''));
    const heard = Buffer.from(await answersTo(() => new Rooms(), session), 'latin1').toString();
    assert.deepEqual(heard.split('\n'), [
      WELCOME,
      '* who are you? nick NAME',
      '* you are ada',
      '* you are a',
      '* you are not in poems',
      'poems * a has come',
      '* you are in poems already',
      '* rooms: poems',
      'poems <a> Naïve  question? ',
      '* a name has letters, digits, - and _, at most 20',
      '* a name has letters, digits, - and _, at most 20',
      '* in poems: a',
      '* you have left poems',
      '* in poems: none',
      `* ${WELCOME.slice('* welcome; '.length)}`,
      '* goodbye',
      '(end)',
    ]);
  });

  test('tells a room what is said there, and no other room', () => {
    const rooms = new Rooms();
    const [ann, bob, cid] = [new Guest(rooms, 'Ann'), new Guest(rooms, 'Bob'), new Guest(rooms, 'Cid', 'prose')];
    for (const guest of [ann, bob, cid]) guest.hears();
    bob.says('say poems hello', 'say prose hello', 'nick Rob', 'who poems');
    assert.deepEqual(ann.hears(), ['poems <Bob> hello', 'poems * Bob is Rob now']);
    assert.deepEqual(bob.hears(), [
      'poems <Bob> hello',
      '* you are not in prose',
      'poems * Bob is Rob now',
      '* you are Rob',
      '* in poems: Ann, Rob',
    ]);
    assert.deepEqual(cid.hears(), []);
    bob.leaves();
    assert.deepEqual(ann.hears(), ['poems * Rob has left']);
  });

  test('a name is one member’s, however it is written, until the connection begins to end', () => {
    const rooms = new Rooms();
    const ann = new Guest(rooms, 'Ann');
    const other = new Guest(rooms, 'ann', 'prose');
    assert.deepEqual(other.hears().slice(1), ['* there is a ann already', '* who are you? nick NAME']);
    ann.says('nick ANN');
    assert.equal(ann.hears().at(-1), '* you are ANN');
    ann.says('quit', 'nick Ann');
    ann.leaves();
    assert.deepEqual([ann.hears().at(-1), ann.member.name], ['* goodbye', undefined]);
    other.says('nick Ann', 'rooms');
    assert.deepEqual(other.hears(), ['* you are Ann', '* rooms: none']);
    const reset = new Guest(rooms, 'Bob');
    reset.leaves();
    reset.says('nick Bob', 'join poems'); // they had arrived before the reset
    other.says('rooms', 'nick Bob');
    assert.deepEqual(other.hears(), ['* rooms: none', '* you are Bob']);
  });

  test('keeps its limits: of a line, of names, of rooms', async () => {
    const rooms = new Rooms();
    const ann = new Guest(rooms, 'Ann', '1');
    ann.hears();
    ann.says('x'.repeat(513), `nick ${'x'.repeat(21)}`, `join ${'x'.repeat(21)}`);
    assert.deepEqual(ann.hears(), [
      '* a line has at most 512 bytes',
      '* a name has letters, digits, - and _, at most 20',
      '* a room has letters, digits, - and _, at most 20',
    ]);
    for (let room = 2; room <= 11; room += 1) ann.says(`join ${room}`);
    assert.equal(ann.hears().at(-1), '* you are in 10 rooms: leave one');
    const begin = performance.now();
    ann.says(`${'a'.repeat(250)} ${'\u00a0'.repeat(50)}${'b'.repeat(100)}\r`);
    assert.ok(performance.now() - begin < 100, 'no line takes long');
  });

  test('one who reads slowly misses lines, is told how many, and holds nobody up', async () => {
    const rooms = new Rooms();
    const [slow, quick] = [new Guest(rooms, 'slow'), new Guest(rooms, 'quick')];
    for (const guest of [slow, quick]) guest.hears();
    let heard = 0;
    for (let line = 0; line < 1000; line += 1) {
      quick.says(`say poems ${'x'.repeat(490)}`);
      heard += quick.hears().length;
    }
    assert.equal(heard, 1000);
    assert.ok(slow.transport.value().length < 70_000, `${slow.transport.value().length} bytes are held for one`);
    const before = slow.hears().length;
    await turn();
    assert.deepEqual(slow.hears(), [`* you have missed ${1000 - before} lines`]);
    quick.says('say poems again');
    assert.deepEqual(slow.hears(), ['poems <quick> again']);
  });

  test('a line is one piece of memory, whoever hears it', () => {
    const written = new Set<unknown>();
    const rooms = new Rooms();
    for (let guest = 0; guest < 100; guest += 1) {
      const { transport } = new Guest(rooms, `guest-${guest}`);
      const write = transport.write.bind(transport);
      transport.write = (data) => {
        written.add(data);
        return write(data);
      };
    }
    const speaker = new Guest(rooms, 'speaker');
    written.clear();
    speaker.says('say poems hello');
    assert.equal(written.size, 1);
  });

  test('one who talks too fast is heard later, and one too many is told so', async () => {
    const limits = { maxPerPeer: 2, linesPerSecond: 1, idleTimeoutMs: 100_000 };
    await served(
      () => guardedRooms(new Rooms(), limits),
      async ({ world, dial }) => {
        const [fast, other] = [await dial(), await dial()];
        assert.equal(await restOf(await dial()), '* the rooms are full\n');
        await other.write('nick other\njoin poems\n');
        await fast.write(`nick fast\njoin poems\n${'say poems x\n'.repeat(28)}quit\n`);
        assert.match(await restOf(fast), /(?:poems <fast> x\n){28}\* goodbye\n$/);
        assert.ok(world.now > 9000 && world.now < 15_000, `${world.now}`);
        await other.write('who poems\n');
        await assert.rejects(restOf(other), 'it says nothing for long');
        assert.ok(world.now > 100_000, `${world.now}`);
      },
    );
  });

  test('closes when the port drains, behind what has arrived', async () => {
    await served(
      () => guardedRooms(new Rooms(), { linesPerSecond: 1 }),
      async ({ world, port, dial }) => {
        const [idle, busy] = [await dial(), await dial()];
        await busy.write(`nick busy\njoin poems\n${'say poems x\n'.repeat(20)}`);
        await world.sleep(1000);
        const drained = port.drain();
        assert.equal(await restOf(idle), `${WELCOME}\n* the server closes\n`);
        assert.match(await restOf(busy), /(?:poems <busy> x\n){20}\* the server closes\n$/);
        assert.deepEqual(await drained, { closed: 2, aborted: 0 });
      },
    );
  });

  test('who stays hears every line once and in order, on a network that cuts connections', async () => {
    await served(
      () => guardedRooms(new Rooms(), { linesPerSecond: 100 }),
      async ({ world, dial }) => {
        /** Says ten lines and hears them, as one of two in the room. Throws when the connection is cut. */
        const visit = async (connection: Connection, name: string) => {
          const said = Array.from({ length: 10 }, (_, at) => `say poems ${name} ${at}\n`);
          await connection.write(`nick ${name}\njoin poems\n${said.join('')}quit\n`);
          const lines = (await restOf(connection)).split('\n');
          if (lines.at(-2) !== '* goodbye') throw new Error('cut off');
          const taken = lines.some((line) => line.endsWith(' already'));
          const own = lines.filter((line) => line.startsWith(`poems <${name}>`));
          if (!taken)
            assert.deepEqual(
              own,
              said.map((line) => `poems <${name}> ${line.slice('say poems '.length, -1)}`),
            );
          return !taken;
        };
        const visitor = async (name: string) => {
          for (let visits = 0; visits < 3; ) {
            try {
              if (await visit(await dial(name), name)) visits += 1;
            } catch (error) {
              if (error instanceof assert.AssertionError) throw error;
            }
            await world.sleep(1000);
          }
        };
        await Promise.all(['ann', 'bob'].map((name) => visitor(name)));
        /** In the end nothing is left of them. */
        const look = async () => {
          const connection = await dial('last');
          await connection.write('rooms\nquit\n');
          return restOf(connection);
        };
        while (!(await look().catch(() => '')).endsWith('\n* rooms: none\n* goodbye\n')) await world.sleep(1000);
      },
      { seeds: 8, profile: 'storm' },
    );
  });
});
