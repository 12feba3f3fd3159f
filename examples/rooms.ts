// A chat with rooms: what members share is in the factory, and is let go in `leaving`, as soon as a connection begins to end. A line is sent
// to all of a room without a copy. A member who reads slowly misses lines, and is told how many: the others never wait.
// Try it, in several terminals: nc 127.0.0.1 8028, then: nick ada; join poems; say poems two lines that rhyme; who poems

import { Factory, reactor } from 'couplet';
import { limitConnections, limitPerPeer, throttle, timeoutIdle } from 'couplet/policies';
import { TextLineReceiver } from 'couplet/protocols';

const NAME = /^[\p{L}\p{N}_-]{1,20}$/u;
const MAX_ROOMS = 10;
const HELP = 'the commands are nick NAME, join ROOM, say ROOM TEXT, who ROOM, leave ROOM, rooms and quit';

export class Member extends TextLineReceiver<Rooms> {
  override maxLength = 512;
  override delimiter = ['\r\n', '\n'];
  override sendDelimiter = '\n';
  /** Undefined until it has said one. */
  name: string | undefined;
  readonly rooms = new Set<string>();
  #slow = false;
  #missed = 0;
  #draining = false;
  #left = false;

  override connectionMade() {
    this.sendLine(`* welcome; ${HELP}`);
    this.transport.setTcpKeepAlive(true, 60_000); // or a client that has lost power keeps its name
  }

  override lineReceived(line: string) {
    if (this.#left) return; // what arrived before a reset may come after `leaving`: a member that has left does not enter again
    const [, word = '', first = '', text = ''] = /^\s*(\S*)\s*(\S*)\s*(.*)$/s.exec(line) ?? [];
    const command = word.toLowerCase();
    const answer = this.#execute(command, first, text);
    if (answer !== undefined) this.sendLine(`* ${answer}`);
    if (command === 'quit') this.transport.loseConnection();
    this.#closeIfDone();
  }

  override lineLengthExceeded() {
    this.sendLine(`* a line has at most ${this.maxLength} bytes`);
  }

  override leaving() {
    this.#left = true;
    for (const room of this.rooms) this.factory.leave(this, room);
    this.factory.rename(this, undefined);
  }

  override draining() {
    this.#draining = true;
    this.#closeIfDone();
  }

  /** Hears what others say; or misses it. */
  hear(line: Buffer): void {
    if (this.#slow) this.#missed += 1;
    else if (!this.transport.write(line)) void this.#catchUp();
  }

  async #catchUp(): Promise<void> {
    this.#slow = true;
    await this.transport.drained();
    this.#slow = false;
    if (this.#missed > 0) this.sendLine(`* you have missed ${this.#missed} lines`);
    this.#missed = 0;
  }

  /** Returns what the member is told; undefined if the room tells it. */
  #execute(command: string, first: string, text: string): string | undefined {
    const { factory, rooms } = this;
    if (command === '') return undefined;
    if (command === 'quit') return 'goodbye';
    if (command === 'nick') return this.#takeName(first);
    if (command === 'rooms') return `rooms: ${factory.list()}`;
    if (!['join', 'leave', 'say', 'who'].includes(command)) return HELP;
    if (this.name === undefined) return 'who are you? nick NAME';
    if (!NAME.test(first)) return 'a room has letters, digits, - and _, at most 20';
    if (command === 'who') return `in ${first}: ${factory.list(first)}`;
    if (command === 'join') {
      if (rooms.has(first)) return `you are in ${first} already`;
      if (rooms.size === MAX_ROOMS) return `you are in ${MAX_ROOMS} rooms: leave one`;
      factory.join(this, first);
      return undefined;
    }
    if (!rooms.has(first)) return `you are not in ${first}`;
    if (command === 'leave') {
      factory.leave(this, first);
      return `you have left ${first}`;
    }
    // A terminal might obey control characters, and show what follows one of direction from right to left.
    factory.tell(first, `${first} <${this.name}> ${text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, ' ')}`);
    return undefined;
  }

  #takeName(name: string): string {
    if (!NAME.test(name)) return 'a name has letters, digits, - and _, at most 20';
    const before = this.name;
    if (!this.factory.rename(this, name)) return `there is a ${name} already`;
    if (before !== undefined)
      for (const room of this.rooms) this.factory.tell(room, `${room} * ${before} is ${name} now`);
    return `you are ${name}`;
  }

  /** While the port drains, a connection ends once all that has arrived is done. */
  #closeIfDone(): void {
    if (!this.#draining || this.heldBytes > 0) return;
    this.sendLine('* the server closes');
    this.transport.loseConnection();
  }
}

/** Who is there, and in which rooms. A room is there as long as it has a member. */
export class Rooms extends Factory {
  override protocol = Member;
  readonly #names = new Map<string, Member>();
  readonly #rooms = new Map<string, Set<Member>>();

  /** Gives a member a name, or takes it away. Returns false if another one has it. */
  rename(member: Member, name: string | undefined): boolean {
    const key = name?.toLowerCase();
    if (key !== undefined && (this.#names.get(key) ?? member) !== member) return false;
    if (member.name !== undefined) this.#names.delete(member.name.toLowerCase());
    if (key !== undefined) this.#names.set(key, member);
    member.name = name;
    return true;
  }

  join(member: Member, room: string): void {
    const members = this.#rooms.get(room) ?? new Set();
    this.#rooms.set(room, members.add(member));
    member.rooms.add(room);
    this.tell(room, `${room} * ${member.name} has come`);
  }

  leave(member: Member, room: string): void {
    const members = this.#rooms.get(room);
    members?.delete(member);
    member.rooms.delete(room);
    if (members?.size === 0) this.#rooms.delete(room);
    this.tell(room, `${room} * ${member.name} has left`);
  }

  tell(room: string, text: string): void {
    const line = Buffer.from(`${text}\n`);
    for (const member of this.#rooms.get(room) ?? []) member.hear(line);
  }

  /** The first hundred rooms, or members of one. */
  list(room?: string): string {
    const names = room === undefined ? this.#rooms.keys() : [...(this.#rooms.get(room) ?? [])].map(({ name }) => name);
    return [...names].slice(0, 100).join(', ') || 'none';
  }
}

/** The rooms with the limits that a server on a network needs; what a member says too fast is heard later. */
export function guardedRooms(
  rooms: Rooms,
  { max = 1000, maxPerPeer = 20, idleTimeoutMs = 3_600_000, linesPerSecond = 5 } = {},
) {
  const polite = throttle(timeoutIdle(rooms, { idleTimeoutMs }), {
    messagesPerSecond: linesPerSecond,
    burstMessages: 20,
  });
  const message = '* the rooms are full\n';
  return limitConnections(limitPerPeer(polite, { max: maxPerPeer, message }), { max, message });
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  const options = { interface: '127.0.0.1', maxWriteBufferBytes: 1_000_000 };
  const port = await reactor.listenTCP(Number(process.argv[2] ?? 8028), guardedRooms(new Rooms()), options);
  console.log(`Rooms on ${port.getHost().authority}`);
  await reactor.run({ drainTimeoutMs: 5000 });
}
