import type { Ffi, FfiLibrary, Signature } from './ffi.ts';
import { hasFunctions } from './ffi.ts';

/** Where something is in memory. */
type At = bigint;
/** A `size_t`. */
type Size = bigint;
/** An `int` that has a register to itself, as all arguments here have. */
type Word = bigint;

/** The functions of C that are called, as they are from here. */
export interface Functions {
  __errno_location(): At;
  malloc(size: Size): At;
  read(fd: Word, memory: At, size: Size): number;
  write(fd: Word, memory: At, size: Size): number;
  readv(fd: Word, parts: At, count: Word): number;
  writev(fd: Word, parts: At, count: Word): number;
  socket(family: number, type: number, protocol: number): number;
  bind(fd: number, address: At, length: number): number;
  listen(fd: number, backlog: number): number;
  accept4(fd: Word, address: At, length: At, flags: Word): number;
  connect(fd: number, address: At, length: number): number;
  shutdown(fd: Word, how: Word): number;
  close(fd: number): number;
  fcntl(fd: number, command: number, value: number): number;
  ioctl(fd: number, request: Size, value: At): number;
  getsockopt(fd: number, level: number, name: number, value: At, length: At): number;
  setsockopt(fd: number, level: number, name: number, value: At, length: number): number;
  getsockname(fd: number, address: At, length: At): number;
  getpeername(fd: number, address: At, length: At): number;
  sendmsg(fd: number, message: At, flags: number): number;
  recvmsg(fd: number, message: At, flags: number): number;
  epoll_create1(flags: number): number;
  epoll_ctl(epoll: Word, operation: Word, fd: Word, event: At): number;
  epoll_wait(epoll: Word, events: At, most: Word, timeoutMs: Word): number;
  uv_handle_size(type: number): Size;
  uv_handle_type_name(type: number): At;
  uv_ip4_addr(host: string, port: number, address: At): number;
  uv_ip6_addr(host: string, port: number, address: At): number;
  uv_ip_name(address: At, text: At, size: Size): number;
  uv_if_indextoname(index: number, text: At, size: At): number;
  uv_poll_init(loop: At, handle: At, fd: number): number;
  uv_poll_start(handle: At, events: number, called: At): number;
  uv_poll_stop(handle: At): number;
}

/** Those that are used most, up to the most bytes that are copied: a number of that type is an object. */
const WORDS: readonly Word[] = Array.from({ length: 1025 }, (_, value) => BigInt(value));

/**
 * A whole number of 32 bits as a call takes it that is made again and again. Node does not check the arguments of such a call, so this throws a
 * RangeError for what is none, since `NaN` would be descriptor 0.
 */
export function word(value: number): Word {
  const known = WORDS[value];
  if (known !== undefined) return known;
  if (value !== (value | 0)) throw new RangeError(`${value} is not a whole number of 32 bits`);
  return BigInt(value >>> 0);
}

function call(...types: Signature['arguments']): Signature {
  return { arguments: types, return: 'int32' };
}

const INT = 'int32';
const LENGTH = 'uint32';
const SIZE = 'uint64';
const AT = 'pointer';

/**
 * The same as C knows them. Where all arguments, two to four, are said to be addresses, Node calls C without code of its own in between, which
 * would check each of them and cost more than the call does. So the calls that are made again and again are declared like this: C takes a number
 * from the lower half of a register that an address would fill.
 */
const SIGNATURES: Readonly<Record<keyof Functions, Signature>> = {
  __errno_location: { arguments: [], return: AT },
  malloc: { arguments: [SIZE], return: AT },
  read: call(AT, AT, AT),
  write: call(AT, AT, AT),
  readv: call(AT, AT, AT),
  writev: call(AT, AT, AT),
  socket: call(INT, INT, INT),
  bind: call(INT, AT, LENGTH),
  listen: call(INT, INT),
  accept4: call(AT, AT, AT, AT),
  connect: call(INT, AT, LENGTH),
  shutdown: call(AT, AT),
  close: call(INT),
  fcntl: call(INT, INT, INT),
  ioctl: call(INT, SIZE, AT),
  getsockopt: call(INT, INT, INT, AT, AT),
  setsockopt: call(INT, INT, INT, AT, LENGTH),
  getsockname: call(INT, AT, AT),
  getpeername: call(INT, AT, AT),
  sendmsg: call(INT, AT, INT),
  recvmsg: call(INT, AT, INT),
  epoll_create1: call(INT),
  epoll_ctl: call(AT, AT, AT, AT),
  epoll_wait: call(AT, AT, AT, AT),
  uv_handle_size: { arguments: [INT], return: SIZE },
  uv_handle_type_name: { arguments: [INT], return: AT },
  uv_ip4_addr: call('string', INT, AT),
  uv_ip6_addr: call('string', INT, AT),
  uv_ip_name: call(AT, AT, SIZE),
  uv_if_indextoname: call(LENGTH, AT, AT),
  uv_poll_init: call(AT, AT, INT),
  uv_poll_start: call(AT, INT, AT),
  uv_poll_stop: call(AT),
};

/** Opens the C library and Node's libuv. Throws if they have not all that is needed. */
export function openLibrary(ffi: Ffi): { readonly c: Functions; readonly library: FfiLibrary } {
  const { lib, functions } = ffi.dlopen(null, SIGNATURES);
  const names = Object.keys(SIGNATURES).filter((name) => isName(name));
  if (!hasFunctions<Functions>(functions, names)) throw new Error('node:ffi does not make functions of those of C');
  return { c: functions, library: lib };
}

function isName(name: string): name is keyof Functions {
  return Object.hasOwn(SIGNATURES, name);
}
