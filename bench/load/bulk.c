// Reads what the server streams. With `bytesPerSecond=0` it reads `bytes` and the end, as fast as they come, once to
// warm up and once measured. Otherwise it reads at that pace for `measureMs` and cuts the connection. The bytes are
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

// In steps of 10 ms.
static long read_slowly(long bytes_per_second, double measure) {
  struct timespec step = {.tv_nsec = 10 * 1000 * 1000};
  double begin = seconds(CLOCK_MONOTONIC);
  for (long total = 0;;) {
    double passed = seconds(CLOCK_MONOTONIC) - begin;
    if (passed >= measure) return total;
    long due = passed * bytes_per_second - total;
    while (due > 0) {
      ssize_t n = recv(fd, NULL, due < at_most ? due : at_most, MSG_TRUNC);
      if (n < 0 && (errno == EAGAIN || errno == EINPROGRESS)) break;
      errno = n ? errno : 0;
      if (n <= 0) die("recv");
      total += n;
      due -= n;
    }
    nanosleep(&step, NULL);
  }
}

int main(int argc, char **argv) {
  argument_count = argc, arguments = argv;
  int port = option("port"), pid = option("pid");
  long bytes = option("bytes"), pace = option("bytesPerSecond");
  poll = epoll_create1(0);

  if (pace > 0) {
    struct reading begin = read_server(pid);
    open_connection(port);
    reset_on_close(fd);
    long count = read_slowly(pace, option("measureMs") / 1e3);
    report(count, begin, read_server(pid));
    return 0;
  }
  struct reading begin;
  for (int round = 0; round < 2; round++) {
    begin = read_server(pid);
    open_connection(port);
    long total = read_to_end();
    if (total != bytes) {
      fprintf(stderr, "the stream ended after %ld of %ld bytes\n", total, bytes);
      return 1;
    }
    if (round == 0) close(fd);
  }
  report(bytes, begin, read_server(pid));
  return 0;
}
