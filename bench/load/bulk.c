// Reads what the server streams, all `mebibytes` of it and the end, as fast as they come, once for each line of standard input; or, with
// `mebibytesPerSecond`, at that pace for `measureMs`, and cuts the connection. The bytes are
// counted and thrown away by the kernel (MSG_TRUNC): copying them would make the reader the bottleneck.
#include "load.h"

enum { at_most = 4 << 20 };

static int poll, fd;

static void open_connection(int port) {
  fd = connect_from(0, port);
  watch(poll, fd, EPOLLIN, 0);
}

static long read_to_end(void) {
  struct epoll_event events[max_events];
  for (long total = 0;;) {
    spin(poll, events);
    ssize_t n = recv(fd, NULL, at_most, MSG_TRUNC);
    if (n < 0 && errno == EAGAIN) continue;
    if (n < 0) die("recv");
    if (n == 0) return total;
    total += n;
  }
}

static void close_connection(void) { close(fd); }

static long read_some(long most) {
  ssize_t n = recv(fd, NULL, most < at_most ? most : at_most, MSG_TRUNC);
  if (n < 0 && (errno == EAGAIN || errno == EINPROGRESS)) return -1;
  if (n < 0) die("recv");
  errno = 0;
  return n;
}

#include "bulk.h"
