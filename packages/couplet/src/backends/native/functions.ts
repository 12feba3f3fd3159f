import type { Ffi, FfiLibrary, Signature } from './ffi.ts';
import { hasFunctions } from './ffi.ts';

/** Where something is in memory. */
type At = bigint;
/** A `size_t`. */
type Size = bigint;

/** The functions of C that are called, as they are from here. */
export interface Functions {
  __errno_location(): At;
  malloc(size: Size): At;
  read(fd: number, memory: At, size: Size): number;
  write(fd: number, memory: At, size: Size): number;
  readv(fd: number, parts: At, count: number): number;
  writev(fd: number, parts: At, count: number): number;
  socket(family: number, type: number, protocol: number): number;
  bind(fd: number, address: At, length: number): number;
  listen(fd: number, backlog: number): number;
  accept4(fd: number, address: At, length: At, flags: number): number;
  connect(fd: number, address: At, length: number): number;
  shutdown(fd: number, how: number): number;
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
  epoll_ctl(epoll: number, operation: number, fd: number, event: At): number;
  epoll_wait(epoll: number, events: At, most: number, timeoutMs: number): number;
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

function call(...types: Signature['arguments']): Signature {
  return { arguments: types, return: 'int32' };
}

const INT = 'int32';
const LENGTH = 'uint32';
const SIZE = 'uint64';
const AT = 'pointer';

/** The same as C knows them. Those with at most three arguments, none of which is memory of JavaScript, cost half of what others do. */
const SIGNATURES: Readonly<Record<keyof Functions, Signature>> = {
  __errno_location: { arguments: [], return: AT },
  malloc: { arguments: [SIZE], return: AT },
  read: call(INT, AT, SIZE),
  write: call(INT, AT, SIZE),
  readv: call(INT, AT, INT),
  writev: call(INT, AT, INT),
  socket: call(INT, INT, INT),
  bind: call(INT, AT, LENGTH),
  listen: call(INT, INT),
  accept4: call(INT, AT, AT, INT),
  connect: call(INT, AT, LENGTH),
  shutdown: call(INT, INT),
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
  epoll_ctl: call(INT, INT, INT, AT),
  epoll_wait: call(INT, AT, INT, INT),
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
