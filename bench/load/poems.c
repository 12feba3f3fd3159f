// Downloads poems: connects, reads `bytes` bytes and the end, closes; `concurrency` at a time.
#include "load.h"

struct download {
  int fd;
  long received;
};

static void begin_download(struct download *d, int poll, int port, unsigned long tag) {
  static long turn;
  d->fd = connect_from(turn++, port);
  d->received = 0;
  watch(poll, d->fd, EPOLLIN, tag);
}

// True when the server has closed.
static int receive(struct download *d) {
  static char buffer[65536];
  for (;;) {
    ssize_t n = recv(d->fd, buffer, sizeof buffer, 0);
    if (n == 0) return 1;
    if (n < 0 && errno == EAGAIN) return 0;
    if (n < 0) die("recv");
    d->received += n;
  }
}

// What its download has come to: true when it is over. A poem of the wrong length ends the program.
static int over(struct download *d, long bytes) {
  if (!receive(d)) return 0;
  errno = 0;
  if (d->received != bytes) die("a poem of the wrong length");
  close(d->fd);
  return 1;
}

// Visits: for the milliseconds that each line of standard input gives, downloads poems, then waits until all have come, and
// reports how many that were. In between it rests.
static void pay_visits(int poll, struct download *all, int concurrency, long bytes, int port, int pid) {
  struct epoll_event events[max_events];
  double duration;
  while (next_visit(&duration)) {
    struct reading begin = read_server(pid);
    double until = begin.wall + duration;
    long done = 0;
    int away = concurrency, late = 0;
    for (int i = 0; i < concurrency; i++) begin_download(&all[i], poll, port, i);
    while (away > 0) {
      int n = spin(poll, events);
      for (int i = 0; i < n; i++) {
        struct download *d = &all[events[i].data.u64];
        if (!over(d, bytes)) continue;
        done++;
        if (late) away--;
        else begin_download(d, poll, port, events[i].data.u64);
      }
      late = late || seconds(CLOCK_MONOTONIC) >= until;
    }
    report(done, begin, read_server(pid));
  }
}

int main(int argc, char **argv) {
  argument_count = argc, arguments = argv;
  int port = option("port"), pid = option("pid"), concurrency = option("concurrency");
  long bytes = option("bytes");

  int poll = epoll_create1(0);
  struct download *all = calloc(concurrency, sizeof *all);
  pay_visits(poll, all, concurrency, bytes, port, pid);
  return 0;
}
