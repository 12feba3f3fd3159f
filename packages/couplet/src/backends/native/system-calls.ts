import { markAsUntransferable } from 'node:worker_threads';
import { CONTROL_LENGTH_AT, controlBytes, type Message, readFiles, writeFiles } from './control-data.ts';
import type { Ffi, FfiLibrary } from './ffi.ts';
import { type Functions, openLibrary, word } from './functions.ts';
import {
  ADDRESS_BYTES,
  EINTR,
  EINVAL,
  EVENT_BYTES,
  EVENT_DATA,
  F_DUPFD_CLOEXEC,
  F_GETFL,
  F_SETFL,
  FIONREAD,
  INET_BYTES,
  INET6_BYTES,
  MESSAGE_BYTES,
  MOST_FILES,
  MSG_CMSG_CLOEXEC,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  O_NONBLOCK,
  PART_BYTES,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
} from './linux.ts';
import { withZone } from './zone.ts';

// Every call of C is made in this file, and nothing outside knows an address. What is checked here, before each call: that a length stays
// inside of the memory which it belongs to. Descriptors need no check, as the kernel knows which are open.
//
// Each method returns what the system call does, or the negative number of its error. That number is read from where the C library keeps it,
// by `getInt32` in the statement after the call. Is it still that of the call? It belongs to this thread, and a call that succeeds does not
// change it. Between the two this thread runs no JavaScript but the two statements. V8 may collect garbage, compile, or handle an interrupt,
// such as a sample of the profiler: of what they call, mmap(2), munmap(2), madvise(2), mprotect(2) and futex(2), the first four set the
// number only when they fail, as the process is out of memory then, and the C library makes the last one without it. Handlers of signals of
// libuv and V8 put it back. So it is right unless memory has run out, and there a wrong number ends a connection that was lost anyway.

/** The number of `uv_poll_t` in libuv's list of handles, and its flag for input. */
const UV_POLL = 8;
const UV_READABLE = 1;
/** How many ready descriptors the kernel tells at once. */
const MOST_READY = 512;
/** The request of ioctl(2) as C takes it. */
const UNREAD = BigInt(FIONREAD);
/** How much is read at once where a message is expected. */
const LANDING = 65_536n;
/** A chunk up to this size is copied, since the kernel takes one place of memory faster than a list of one. */
const MOST_COPIED = 1024;
/** A buffer that is larger is not kept for the sake of its address. */
const MOST_KEPT = 1024 * 1024;
/** The bytes of the longest option that is read. */
const STRUCTURE_BYTES = 256;
/** The bytes of the longest literal of an address, and of the longest name of an interface. */
const TEXT_BYTES = 64;
const NOWHERE = 0n;
const ONE = 1n;
const ACCEPTED = BigInt(SOCK_NONBLOCK | SOCK_CLOEXEC);
const NOTHING: Uint8Array = new Uint8Array(0);

/** Memory for the kernel to fill, whose address is known. Only `SystemCalls` makes it. */
export interface Memory {
  readonly bytes: Buffer;
  readonly address: number;
}

/** System calls, on descriptors and bytes. All that could crash the process is in here. */
export class SystemCalls {
  readonly #ffi: Ffi;
  readonly #c: Functions;
  readonly #errno: bigint;
  readonly #library: FfiLibrary;

  // Memory that is given to the kernel, held as long as this.
  /** What `land` has read; the next call of it writes there again. */
  readonly landed: Buffer = Buffer.allocUnsafeSlow(Number(LANDING));
  readonly #landedAt: bigint;
  readonly #leaving: Buffer = Buffer.allocUnsafeSlow(MOST_COPIED);
  readonly #leavingAt: bigint;
  readonly #part: Uint32Array = new Uint32Array(PART_BYTES / 4);
  readonly #partAt: bigint;
  readonly #address: Buffer = Buffer.alloc(ADDRESS_BYTES);
  readonly #addressAt: bigint;
  readonly #value: Int32Array = new Int32Array(2);
  readonly #valueAt: bigint;
  /** A `socklen_t`, or a `size_t`. */
  readonly #length: Uint32Array = new Uint32Array(2);
  readonly #lengthAt: bigint;
  readonly #text: Buffer = Buffer.alloc(TEXT_BYTES);
  readonly #textAt: bigint;
  readonly #event: Int32Array = new Int32Array(EVENT_BYTES / 4);
  readonly #eventAt: bigint;
  readonly #events: Int32Array = new Int32Array((MOST_READY * EVENT_BYTES) / 4);
  readonly #eventsAt: bigint;
  readonly #message: Buffer = Buffer.alloc(MESSAGE_BYTES + controlBytes(MOST_FILES));
  readonly #messageAt: bigint;
  readonly #structure: Buffer = Buffer.alloc(STRUCTURE_BYTES);
  readonly #structureAt: bigint;

  /** The last two buffers that were written from, and where they are: most writes come from one of them. */
  #near: ArrayBufferLike = NOTHING.buffer;
  #nearAt = 0;
  #far: ArrayBufferLike = NOTHING.buffer;
  #farAt = 0;

  /** Throws if the C library, or Node's libuv, has not all that is needed. */
  constructor(ffi: Ffi) {
    const { c, library } = openLibrary(ffi);
    this.#ffi = ffi;
    this.#c = c;
    this.#library = library;
    this.#errno = c.__errno_location();
    if (ffi.toString(c.uv_handle_type_name(UV_POLL)) !== 'poll')
      throw new Error('libuv has other numbers than those known');
    const at = (memory: ArrayBufferView): bigint => ffi.getRawPointer(memory.buffer) + BigInt(memory.byteOffset);
    this.#landedAt = at(this.landed);
    this.#leavingAt = at(this.#leaving);
    this.#partAt = at(this.#part);
    this.#addressAt = at(this.#address);
    this.#valueAt = at(this.#value);
    this.#lengthAt = at(this.#length);
    this.#textAt = at(this.#text);
    this.#eventAt = at(this.#event);
    this.#eventsAt = at(this.#events);
    this.#messageAt = at(this.#message);
    this.#structureAt = at(this.#structure);
  }

  /** The result of a call: what it returned, or the negative number of the error. Nothing may come between the call and this. */
  #checked(result: number): number {
    return result === -1 ? -this.#ffi.getInt32(this.#errno, 0) : result;
  }

  /** Makes memory of that many bytes, which are not set. Many chunks share it, so no protocol can transfer it with one of them. */
  memory(size: number): Memory {
    const bytes = Buffer.allocUnsafeSlow(size);
    markAsUntransferable(bytes.buffer);
    return { bytes, address: Number(this.#ffi.getRawPointer(bytes.buffer)) + bytes.byteOffset };
  }

  /** Reads into `landed` as much as there is room for. Returns how many bytes; 0 at the end of the input. */
  land(fd: number): number {
    for (;;) {
      const count = this.#checked(this.#c.read(word(fd), this.#landedAt, LANDING));
      if (count !== -EINTR) return count;
    }
  }

  /** Reads into memory, from `offset` at most `length` bytes. Returns how many; 0 at the end of the input. */
  read(fd: number, memory: Memory, offset: number, length: number): number {
    this.#setRoom(memory, offset, length);
    for (;;) {
      const count = this.#checked(this.#c.readv(word(fd), this.#partAt, ONE));
      if (count !== -EINTR) return count;
    }
  }

  /** Writes a chunk. Returns how many of its bytes the kernel has taken. */
  write(fd: number, chunk: Uint8Array): number {
    const { byteLength } = chunk;
    if (byteLength <= MOST_COPIED) {
      this.#leaving.set(chunk);
      for (;;) {
        const count = this.#checked(this.#c.write(word(fd), this.#leavingAt, word(byteLength)));
        if (count !== -EINTR) return count;
      }
    }
    this.#setPart(this.#addressOf(chunk.buffer) + chunk.byteOffset, byteLength);
    for (;;) {
      const count = this.#checked(this.#c.writev(word(fd), this.#partAt, ONE));
      if (count !== -EINTR) return count;
    }
  }

  #setRoom({ bytes, address }: Memory, offset: number, length: number): void {
    if (!(offset >= 0 && length >= 1 && offset + length <= bytes.length))
      throw new RangeError(`${length} bytes from ${offset} are not inside of ${bytes.length}`);
    this.#setPart(address + offset, length);
  }

  #setPart(address: number, length: number): void {
    const part = this.#part;
    part[0] = address;
    part[1] = address / 0x1_0000_0000;
    part[2] = length;
  }

  /**
   * Where a buffer is. One that is transferred meanwhile has no bytes any more, and neither has any chunk of it; and what gets its memory is
   * another buffer.
   */
  #addressOf(buffer: ArrayBufferLike): number {
    if (buffer === this.#near) return this.#nearAt;
    if (buffer === this.#far) return this.#farAt;
    const address = Number(this.#ffi.getRawPointer(buffer));
    if (buffer.byteLength > MOST_KEPT) return address;
    this.#far = this.#near;
    this.#farAt = this.#nearAt;
    this.#near = buffer;
    this.#nearAt = address;
    return address;
  }

  /** Makes a socket that does not block and is closed in children. Returns its descriptor. */
  socket(family: number, type: number): number {
    return this.#checked(this.#c.socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  }

  bind(fd: number, address: Uint8Array): number {
    return this.#checked(this.#c.bind(fd, this.#addressAt, this.#setAddress(address)));
  }

  listen(fd: number, backlog: number): number {
    return this.#checked(this.#c.listen(fd, backlog));
  }

  /** Accepts a connection, like `socket`. Returns its descriptor. If `asked`, `told` is its peer, also one that has reset it since. */
  accept(fd: number, asked: boolean = false): number {
    const address = asked ? this.#addressAt : NOWHERE;
    this.#length[0] = ADDRESS_BYTES;
    return this.#checked(this.#c.accept4(word(fd), address, this.#lengthAt, ACCEPTED));
  }

  connect(fd: number, address: Uint8Array): number {
    return this.#checked(this.#c.connect(fd, this.#addressAt, this.#setAddress(address)));
  }

  shutdown(fd: number, how: number): number {
    return this.#checked(this.#c.shutdown(word(fd), word(how)));
  }

  close(fd: number): number {
    return this.#checked(this.#c.close(fd));
  }

  /** Makes a descriptor not block; others that have it share that. */
  unblock(fd: number): number {
    const flags = this.#checked(this.#c.fcntl(fd, F_GETFL, 0));
    return flags < 0 ? flags : this.#checked(this.#c.fcntl(fd, F_SETFL, flags | O_NONBLOCK));
  }

  /** Makes a second descriptor of one that is open, which is closed in children. Returns it. */
  duplicate(fd: number): number {
    return this.#checked(this.#c.fcntl(fd, F_DUPFD_CLOEXEC, 0));
  }

  /** How many bytes a socket has that are not read yet. */
  unread(fd: number): number {
    const result = this.#checked(this.#c.ioctl(fd, UNREAD, this.#valueAt));
    return result < 0 ? result : (this.#value[0] ?? 0);
  }

  /** The value of an option that is a number, or the negative number of an error. */
  option(fd: number, level: number, name: number): number {
    this.#length[0] = 4;
    const result = this.#checked(this.#c.getsockopt(fd, level, name, this.#valueAt, this.#lengthAt));
    return result < 0 ? result : (this.#value[0] ?? 0);
  }

  /** The value of an option that is a structure of that many bytes. It is only valid until the next call. */
  structure(fd: number, level: number, name: number, size: number): Buffer | number {
    const structure = this.#structure.subarray(0, size);
    this.#length[0] = structure.length;
    const result = this.#checked(this.#c.getsockopt(fd, level, name, this.#structureAt, this.#lengthAt));
    return result < 0 || (this.#length[0] ?? 0) < size ? Math.min(result, -EINVAL) : structure;
  }

  /** Sets an option that is one number, or two. */
  setOption(fd: number, level: number, name: number, value: number, second?: number): number {
    this.#value[0] = value;
    this.#value[1] = second ?? 0;
    const length = second === undefined ? 4 : 8;
    return this.#checked(this.#c.setsockopt(fd, level, name, this.#valueAt, length));
  }

  /** The address that a socket has. It is only valid until the next call. */
  localAddress(fd: number): Uint8Array | number {
    this.#length[0] = ADDRESS_BYTES;
    return this.#addressOr(this.#checked(this.#c.getsockname(fd, this.#addressAt, this.#lengthAt)));
  }

  /** The address that the peer of a socket has. It is only valid until the next call. */
  peerAddress(fd: number): Uint8Array | number {
    this.#length[0] = ADDRESS_BYTES;
    return this.#addressOr(this.#checked(this.#c.getpeername(fd, this.#addressAt, this.#lengthAt)));
  }

  #addressOr(result: number): Uint8Array | number {
    return result < 0 ? result : this.told;
  }

  /** The address that was told last. It is only valid until the next call. */
  get told(): Uint8Array {
    return this.#address.subarray(0, Math.min(this.#length[0] ?? 0, ADDRESS_BYTES));
  }

  #setAddress(address: Uint8Array): number {
    if (address.length > ADDRESS_BYTES) throw new RangeError(`an address has at most ${ADDRESS_BYTES} bytes`);
    this.#address.set(address);
    return address.length;
  }

  /** The address of a host and a port as the kernel has it. libuv reads the literal, with the name of an interface behind a `%`. */
  inetAddress(host: string, port: number): Uint8Array | number {
    const six = host.includes(':');
    const result = this.#c[six ? 'uv_ip6_addr' : 'uv_ip4_addr'](host, port, this.#addressAt);
    if (result < 0) return result;
    const address = Buffer.from(this.#address.subarray(0, six ? INET6_BYTES : INET_BYTES));
    return six ? withZone(address, host) : address;
  }

  /** The literal of an address of IPv4 or IPv6, without the interface. */
  hostOf(address: Uint8Array): string {
    this.#setAddress(address);
    return this.#c.uv_ip_name(this.#addressAt, this.#textAt, BigInt(TEXT_BYTES)) < 0 ? '' : this.#takenText();
  }

  /** The name of an interface by its number; empty if there is none. */
  interfaceOf(index: number): string {
    this.#length.set([TEXT_BYTES, 0]);
    return this.#c.uv_if_indextoname(index, this.#textAt, this.#lengthAt) < 0 ? '' : this.#takenText();
  }

  #takenText(): string {
    return this.#text.toString('latin1', 0, this.#text.indexOf(0));
  }

  /** Sends bytes, to an address unless the socket is connected, with descriptors. Returns how many bytes were sent. */
  send(fd: number, chunk: Uint8Array, address: Uint8Array = NOTHING, files: readonly number[] = []): number {
    this.#setPart(this.#addressOf(chunk.buffer) + chunk.byteOffset, chunk.byteLength);
    this.#setMessage(this.#setAddress(address), controlBytes(files.length));
    writeFiles(this.#message, files);
    for (;;) {
      const count = this.#checked(this.#c.sendmsg(fd, this.#messageAt, MSG_DONTWAIT | MSG_NOSIGNAL));
      if (count !== -EINTR) return count;
    }
  }

  /** Receives bytes like `read`, with the descriptors that come along. The kernel closes those for which there is no room. */
  receive(fd: number, memory: Memory, offset: number = 0, length: number = memory.bytes.length): Message | number {
    this.#setRoom(memory, offset, length);
    this.#setMessage(0, controlBytes(MOST_FILES));
    for (;;) {
      const count = this.#checked(this.#c.recvmsg(fd, this.#messageAt, MSG_DONTWAIT | MSG_CMSG_CLOEXEC));
      if (count !== -EINTR) return count < 0 ? count : { length: count, files: readFiles(this.#message) };
    }
  }

  /** Fills in a `msghdr`: an address, one part, and the control data behind it. */
  #setMessage(addressLength: number, control: number): void {
    const message = this.#message.fill(0);
    message.writeBigUInt64LE(addressLength === 0 ? NOWHERE : this.#addressAt, 0);
    message.writeUInt32LE(addressLength, 8);
    message.writeBigUInt64LE(this.#partAt, 16);
    message.writeUInt32LE(1, 24);
    message.writeBigUInt64LE(control === 0 ? NOWHERE : this.#messageAt + BigInt(MESSAGE_BYTES), 32);
    message.writeUInt32LE(control, CONTROL_LENGTH_AT);
  }

  /** Makes a descriptor that tells which of others are ready. */
  epoll(): number {
    return this.#checked(this.#c.epoll_create1(SOCK_CLOEXEC));
  }

  /** Adds, changes or removes what is waited for on a descriptor. `serial` comes back with it. */
  control(epoll: number, operation: number, fd: number, events: number, serial: number): number {
    const event = this.#event;
    event[0] = events;
    event[EVENT_DATA / 4] = fd;
    event[EVENT_DATA / 4 + 1] = serial;
    return this.#checked(this.#c.epoll_ctl(word(epoll), word(operation), word(fd), this.#eventAt));
  }

  /** Asks which are ready, without waiting. Returns how many are told; the three methods below tell about each. */
  ready(epoll: number): number {
    return this.#checked(this.#c.epoll_wait(word(epoll), this.#eventsAt, word(MOST_READY), NOWHERE));
  }

  eventsAt(index: number): number {
    return this.#events[(index * EVENT_BYTES) / 4] ?? 0;
  }

  fdAt(index: number): number {
    return this.#events[(index * EVENT_BYTES + EVENT_DATA) / 4] ?? -1;
  }

  serialAt(index: number): number {
    return this.#events[(index * EVENT_BYTES + EVENT_DATA) / 4 + 1] ?? -1;
  }

  /**
   * Prepares to have the event loop of the process wait for a descriptor. Returns what begins that and what ends it; in between `ready` is
   * called while there is input. It must not throw. Throws if libuv refuses the descriptor.
   */
  watch(fd: number, ready: () => void): { start(): void; stop(): void } {
    const handle = this.#c.malloc(this.#c.uv_handle_size(UV_POLL));
    const failure = handle === NOWHERE ? -1 : this.#c.uv_poll_init(this.#ffi.getCurrentEventLoop(), handle, fd);
    if (failure < 0) throw new Error(`libuv cannot wait for the descriptor (${failure})`);
    const called = this.#library.registerCallback({ arguments: ['pointer', 'int32', 'int32'], return: 'void' }, ready);
    return {
      start: () => void this.#c.uv_poll_start(handle, UV_READABLE, called),
      stop: () => void this.#c.uv_poll_stop(handle),
    };
  }
}
