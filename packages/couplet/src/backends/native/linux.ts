// Numbers of Linux that are the same on x64 and arm64, from the headers of its kernel; what differs is computed from `process.arch`.

/** Families of addresses. */
export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;
/** The type of a socket: a stream, not blocking, closed in children. */
export const SOCK_STREAM = 1;
export const SOCK_NONBLOCK = 0o4000;
export const SOCK_CLOEXEC = 0o2000000;
export const SOCK_DGRAM = 2;
/** Options of sockets, by their level. */
export const SOL_SOCKET = 1;
export const SO_REUSEADDR = 2;
export const SO_TYPE = 3;
export const SO_ERROR = 4;
export const SO_KEEPALIVE = 9;
export const SO_LINGER = 13;
export const SO_REUSEPORT = 15;
export const SO_PEERCRED = 17;
export const IPPROTO_TCP = 6;
export const TCP_NODELAY = 1;
export const TCP_KEEPIDLE = 4;
export const TCP_KEEPINTVL = 5;
export const TCP_KEEPCNT = 6;
export const TCP_INFO = 11;
export const IPPROTO_IPV6 = 41;
export const IPV6_V6ONLY = 26;
/** What is closed by shutdown(2). */
export const SHUT_WR = 1;
/** What is sent along with a message: descriptors. */
export const SCM_RIGHTS = 1;
export const MSG_DONTWAIT = 0x40;
export const MSG_NOSIGNAL = 0x4000;
export const MSG_CMSG_CLOEXEC = 0x40000000;
/** Commands and flags of fcntl(2). */
export const F_GETFL = 3;
export const F_SETFL = 4;
export const F_DUPFD_CLOEXEC = 1030;
export const O_NONBLOCK = 0o4000;
/** The request of ioctl(2) for how much there is to read. */
export const FIONREAD = 0x541b;
/** Readiness, by epoll(7). The last two come without being asked for. */
export const EPOLLIN = 0x1;
export const EPOLLOUT = 0x4;
export const EPOLLRDHUP = 0x2000;
export const EPOLLERR = 0x8;
export const EPOLLHUP = 0x10;
export const EPOLL_CTL_ADD = 1;
export const EPOLL_CTL_DEL = 2;
export const EPOLL_CTL_MOD = 3;
/** Numbers of errors that decide what comes next. */
export const ENOENT = 2;
export const EINTR = 4;
export const EBADF = 9;
export const EAGAIN = 11;
export const ENOMEM = 12;
export const EINVAL = 22;
export const ENFILE = 23;
export const EMFILE = 24;
export const ENAMETOOLONG = 36;
export const ENOBUFS = 105;
export const EINPROGRESS = 115;

/** The bytes of an `epoll_event`: packed on x64 alone; and where the number is that it carries. */
export const EVENT_BYTES: number = process.arch === 'x64' ? 12 : 16;
export const EVENT_DATA: number = process.arch === 'x64' ? 4 : 8;
/** The bytes of the longest address, a `sockaddr_storage`. */
export const ADDRESS_BYTES = 128;
/** The bytes of a `sockaddr_in` and a `sockaddr_in6`. */
export const INET_BYTES = 16;
export const INET6_BYTES = 28;
/** Where a `sockaddr_in6` has the number of its interface. */
export const INET6_ZONE_AT = 24;
/** The most bytes of a `sockaddr_un`. */
export const UNIX_BYTES = 110;
/** The bytes of a `msghdr`, an `iovec` and the head of a `cmsghdr`, which is followed by descriptors. */
export const MESSAGE_BYTES = 56;
export const PART_BYTES = 16;
export const CONTROL_HEAD_BYTES = 16;
/** How many descriptors go along with one message, at most (SCM_MAX_FD). */
export const MOST_FILES = 253;
/** The bytes of a `ucred`, three numbers. */
export const CREDENTIALS_BYTES = 12;
/** The bytes of a `tcp_info` up to what is read of it, and where that is; Linux 4.18, on which Node needs, has more. */
export const TCP_INFO_BYTES = 168;
export const TCP_INFO_AT = {
  state: 0,
  retransmitTimeoutUs: 8,
  segmentBytes: 16,
  unacked: 24,
  lastSentMs: 44,
  lastReceivedMs: 52,
  roundTripUs: 68,
  roundTripVariationUs: 72,
  congestionWindow: 80,
  retransmits: 100,
  unsentBytes: 144,
  deliveryRate: 160,
} as const;
/** The states of TCP by their numbers, from 1. */
export const TCP_STATES: readonly string[] = [
  ...['ESTABLISHED', 'SYN_SENT', 'SYN_RECV', 'FIN_WAIT1', 'FIN_WAIT2', 'TIME_WAIT'],
  ...['CLOSE', 'CLOSE_WAIT', 'LAST_ACK', 'LISTEN', 'CLOSING', 'NEW_SYN_RECV'],
];
