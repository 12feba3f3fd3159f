// Faults of system calls by chance, which a seed decides. With LD_PRELOAD a program calls these functions in place of the C library's own. What
// fails is what is done to sockets that the program itself has made or accepted; all else, as what the event loop does, goes on as ever.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define DESCRIPTORS 65536
#define COUNT(list) (sizeof(list) / sizeof(*(list)))

// What happened, as faults_count tells it, in the order of KINDS in faults.ts.
enum kind { SHORT_READ, SHORT_WRITE, READ_AGAIN, WRITE_AGAIN, RESET, NO_MEMORY, CLOSED, ACCEPT, CONNECT, SOCKET, WATCH, WAIT, ASK, CLOSE, KINDS };

static uint64_t state;
// How often calls fail, of 1,000: so that they are made again, and for good.
static uint32_t mild, fatal;
static uint32_t counts[KINDS];
// The sockets of the program.
static unsigned char owned[DESCRIPTORS];

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

void faults_begin(uint64_t seed, uint32_t mild_rate, uint32_t fatal_rate) {
  state = seed * 0x9e3779b97f4a7c15u + 1;
  mild = mild_rate;
  fatal = fatal_rate;
}

uint32_t faults_count(uint32_t kind) {
  return kind < KINDS ? counts[kind] : 0;
}

static uint32_t below(uint32_t bound) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (uint32_t)(state >> 32) % bound;
}

static int happens(uint32_t rate) {
  return rate > 0 && below(1000) < rate;
}

static int isOwned(int fd) {
  return fd >= 0 && fd < DESCRIPTORS && owned[fd];
}

static int own(int fd) {
  if (fd >= 0 && fd < DESCRIPTORS) owned[fd] = 1;
  return fd;
}

static int fail(enum kind kind, int error) {
  counts[kind] += 1;
  errno = error;
  return -1;
}

#define FAIL(kind, ...) fail(kind, oneOf((const int[]){__VA_ARGS__}, COUNT(((const int[]){__VA_ARGS__}))))

static int oneOf(const int *errors, size_t count) {
  return errors[below(count)];
}

// The connection ends, as both sides notice: TCP resets what is connected to nothing.
static void breakOff(int fd) {
  const struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
  __typeof__(&connect) disconnect = (__typeof__(&connect))dlsym(RTLD_NEXT, "connect");
  __typeof__(&shutdown) end = (__typeof__(&shutdown))dlsym(RTLD_NEXT, "shutdown");
  if (disconnect(fd, &nowhere, sizeof nowhere) != 0) end(fd, SHUT_RDWR);
}

// The socket is closed, and its number stands for what can neither be read, written nor waited for. A free number would soon be another
// socket's, which no program can tell from its own.
static int closeUnder(int fd) {
  int nothing = open("/", O_PATH | O_CLOEXEC);
  if (nothing >= 0) {
    dup2(nothing, fd);
    __typeof__(&close) end = (__typeof__(&close))dlsym(RTLD_NEXT, "close");
    end(nothing);
  }
  return fail(CLOSED, EBADF);
}

// What any call on a socket meets.
static int isGone(int fd) {
  if (!happens(fatal)) return 0;
  if (below(4) == 0) {
    closeUnder(fd);
  } else if (below(4) == 0) {
    FAIL(NO_MEMORY, ENOBUFS, ENOMEM);
  } else {
    breakOff(fd);
    FAIL(RESET, ECONNRESET, ECONNRESET, ETIMEDOUT, EPIPE);
  }
  return 1;
}

// As many bytes as there are, or less.
static size_t cut(size_t length) {
  if (length < 2) return length;
  return 1 + below(below(2) == 0 && length > 64 ? 64 : length);
}

static struct iovec cutPart(const struct iovec *parts) {
  return (struct iovec){.iov_base = parts[0].iov_base, .iov_len = cut(parts[0].iov_len)};
}

// What a call that moves bytes meets: -1 if it fails, 1 if it comes short.
static int meets(int fd, enum kind shorter, enum kind again) {
  if (!isOwned(fd)) return 0;
  if (isGone(fd)) return -1;
  if (!happens(mild)) return 0;
  if (below(3) == 0) return FAIL(again, EINTR, EAGAIN);
  counts[shorter] += 1;
  return 1;
}

ssize_t read(int fd, void *memory, size_t size) {
  REAL(read);
  const int met = meets(fd, SHORT_READ, READ_AGAIN);
  return met < 0 ? met : real(fd, memory, met == 0 ? size : cut(size));
}

ssize_t readv(int fd, const struct iovec *parts, int count) {
  REAL(readv);
  const int met = meets(fd, SHORT_READ, READ_AGAIN);
  if (met <= 0) return met < 0 ? met : real(fd, parts, count);
  const struct iovec part = cutPart(parts);
  return real(fd, &part, 1);
}

// It may find a part of what was sent, or nothing.
ssize_t recvmsg(int fd, struct msghdr *message, int flags) {
  REAL(recvmsg);
  const int met = meets(fd, SHORT_READ, READ_AGAIN);
  if (met <= 0) return met < 0 ? met : real(fd, message, flags);
  struct iovec part = cutPart(message->msg_iov);
  struct msghdr shorter = *message;
  shorter.msg_iov = &part;
  shorter.msg_iovlen = 1;
  const ssize_t result = real(fd, &shorter, flags);
  message->msg_controllen = shorter.msg_controllen;
  message->msg_flags = shorter.msg_flags;
  return result;
}

ssize_t write(int fd, const void *bytes, size_t size) {
  REAL(write);
  const int met = meets(fd, SHORT_WRITE, WRITE_AGAIN);
  return met < 0 ? met : real(fd, bytes, met == 0 ? size : cut(size));
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  REAL(writev);
  const int met = meets(fd, SHORT_WRITE, WRITE_AGAIN);
  if (met <= 0) return met < 0 ? met : real(fd, parts, count);
  const struct iovec part = cutPart(parts);
  return real(fd, &part, 1);
}

// As much of the first part as the kernel takes, or less; what goes along goes with that.
ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
  REAL(sendmsg);
  const int met = meets(fd, SHORT_WRITE, WRITE_AGAIN);
  if (met <= 0) return met < 0 ? met : real(fd, message, flags);
  struct iovec part = cutPart(message->msg_iov);
  struct msghdr shorter = *message;
  shorter.msg_iov = &part;
  shorter.msg_iovlen = 1;
  return real(fd, &shorter, flags);
}

int socket(int family, int type, int protocol) {
  REAL(socket);
  if (happens(fatal)) return FAIL(SOCKET, EMFILE, ENFILE, ENOBUFS, ENOMEM);
  return own(real(family, type, protocol));
}

int accept4(int fd, struct sockaddr *address, socklen_t *length, int flags) {
  REAL(accept4);
  if (isOwned(fd) && happens(mild))
    return FAIL(ACCEPT, EINTR, EAGAIN, ECONNABORTED, EMFILE, ENFILE, ENOBUFS, ENOMEM, EPROTO);
  return own(real(fd, address, length, flags));
}

int connect(int fd, const struct sockaddr *address, socklen_t length) {
  REAL(connect);
  if (isOwned(fd) && happens(fatal))
    return FAIL(CONNECT, ECONNREFUSED, ETIMEDOUT, EADDRNOTAVAIL, ENETUNREACH, EAGAIN, EINTR, ENOBUFS);
  return real(fd, address, length);
}

// Only what is new needs memory of the kernel.
int epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event) {
  REAL(epoll_ctl);
  if (isOwned(fd) && operation == EPOLL_CTL_ADD && happens(fatal)) return FAIL(WATCH, ENOSPC, ENOMEM);
  return real(epoll, operation, fd, event);
}

// The event loop calls epoll_pwait.
int epoll_wait(int epoll, struct epoll_event *events, int most, int timeout) {
  REAL(epoll_wait);
  if (!happens(mild)) return real(epoll, events, most, timeout);
  if (below(2) == 0) return FAIL(WAIT, EINTR);
  counts[WAIT] += 1;
  return real(epoll, events, 1, timeout);
}

int getsockopt(int fd, int level, int name, void *value, socklen_t *length) {
  REAL(getsockopt);
  if (!isOwned(fd) || !happens(fatal)) return real(fd, level, name, value, length);
  if (level != SOL_SOCKET || name != SO_ERROR || below(2) == 0) return FAIL(ASK, ENOBUFS, EBADF);
  const int told = real(fd, level, name, value, length);
  const int errors[] = {ECONNREFUSED, EHOSTUNREACH, ETIMEDOUT, ECONNRESET};
  const int error = oneOf(errors, COUNT(errors));
  counts[ASK] += 1;
  if (told == 0) memcpy(value, &error, sizeof error);
  return told;
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t length) {
  REAL(setsockopt);
  if (isOwned(fd) && happens(fatal)) return FAIL(ASK, ENOBUFS, ENOMEM, EINVAL);
  return real(fd, level, name, value, length);
}

int getsockname(int fd, struct sockaddr *address, socklen_t *length) {
  REAL(getsockname);
  if (isOwned(fd) && happens(fatal)) return FAIL(ASK, ENOBUFS, EBADF);
  return real(fd, address, length);
}

int getpeername(int fd, struct sockaddr *address, socklen_t *length) {
  REAL(getpeername);
  if (isOwned(fd) && happens(fatal)) return FAIL(ASK, ENOBUFS, ENOTCONN);
  return real(fd, address, length);
}

int shutdown(int fd, int how) {
  REAL(shutdown);
  if (isOwned(fd) && isGone(fd)) return -1;
  return real(fd, how);
}

// Linux has closed the descriptor whatever it returns.
int close(int fd) {
  REAL(close);
  if (!isOwned(fd)) return real(fd);
  owned[fd] = 0;
  const int result = real(fd);
  return result == 0 && happens(mild) ? FAIL(CLOSE, EINTR, EIO) : result;
}
