// Full handshakes: connects, agrees on keys, reads an answer of `bytes` bytes and close_notify, sends its own, closes;
// `concurrency` at a time.
#include "tls.h"

struct visit {
  int fd;
  SSL *tls;
  long received;
};

static SSL_CTX *context;

static void begin_visit(struct visit *v, int poll, int port, unsigned long tag) {
  static long turn;
  v->fd = connect_from(turn++, port);
  v->tls = begin_tls(context, v->fd);
  v->received = 0;
  // Writable once it is connected, and readable from then on.
  watch(poll, v->fd, EPOLLIN | EPOLLOUT | EPOLLET, tag);
}

// True when the server has closed.
static int receive(struct visit *v) {
  static char buffer[16384];
  for (;;) {
    int n = read_tls(v->tls, buffer, sizeof buffer);
    if (n == 0) return 1;
    if (n < 0) return 0;
    v->received += n;
  }
}

static void end_visit(struct visit *v) {
  if (SSL_session_reused(v->tls)) die("a session was resumed");
  SSL_shutdown(v->tls);
  SSL_free(v->tls);
  close(v->fd);
}

// Visits: for the milliseconds that each line of standard input gives, makes handshakes, then waits until all are over, and
// reports how many that were. In between it rests.
static void pay_visits(int poll, struct visit *all, int concurrency, long bytes, int port, int pid) {
  struct epoll_event events[max_events];
  double duration;
  while (next_visit(&duration)) {
    struct reading begin = read_server(pid);
    double until = begin.wall + duration;
    long done = 0;
    int away = concurrency, late = 0;
    for (int i = 0; i < concurrency; i++) begin_visit(&all[i], poll, port, i);
    while (away > 0) {
      int n = spin(poll, events);
      for (int i = 0; i < n; i++) {
        struct visit *v = &all[events[i].data.u64];
        if (!receive(v)) continue;
        errno = 0;
        if (v->received != bytes) die("an answer of the wrong length");
        end_visit(v);
        done++;
        if (late) away--;
        else begin_visit(v, poll, port, events[i].data.u64);
      }
      late = late || seconds(CLOCK_MONOTONIC) >= until;
    }
    report(done, begin, read_server(pid));
  }
}

int main(int argc, char **argv) {
  argument_count = argc, arguments = argv;
  int port = option("port"), pid = option("pid"), concurrency = option("concurrency");
  context = client_context();
  struct visit *all = calloc(concurrency, sizeof *all);
  pay_visits(epoll_create1(0), all, concurrency, option("bytes"), port, pid);
  return 0;
}
