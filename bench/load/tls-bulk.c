// Reads what the server streams, and decrypts it. With `bytesPerSecond=0` it reads `bytes` and the end, as fast as they
// come, once to warm up and once measured. Otherwise it reads at that pace for `measureMs` and cuts the connection.
#include "tls.h"

static int poll, fd;
static SSL *tls;
static char buffer[16384];

static void open_connection(SSL_CTX *context, int port) {
  fd = connect_from(0, port);
  tls = begin_tls(context, fd);
  watch(poll, fd, EPOLLIN | EPOLLOUT | EPOLLET, 0);
}

static void close_connection(void) {
  SSL_shutdown(tls);
  SSL_free(tls);
  close(fd);
}

static long read_to_end(void) {
  struct epoll_event events[max_events];
  for (long total = 0;;) {
    spin(poll, events);
    int n;
    while ((n = read_tls(tls, buffer, sizeof buffer)) > 0) total += n;
    if (n == 0) return total;
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
      int n = read_tls(tls, buffer, due < (long)sizeof buffer ? due : (long)sizeof buffer);
      if (n == 0) die("the stream ended");
      if (n < 0) break;
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
  SSL_CTX *context = client_context();
  poll = epoll_create1(0);

  if (pace > 0) {
    struct reading begin = read_server(pid);
    open_connection(context, port);
    reset_on_close(fd);
    long count = read_slowly(pace, option("measureMs") / 1e3);
    report(count, begin, read_server(pid));
    return 0;
  }
  struct reading begin;
  for (int round = 0; round < 2; round++) {
    begin = read_server(pid);
    open_connection(context, port);
    long total = read_to_end();
    if (total != bytes) {
      fprintf(stderr, "the stream ended after %ld of %ld bytes\n", total, bytes);
      return 1;
    }
    if (round == 0) close_connection();
  }
  report(bytes, begin, read_server(pid));
  return 0;
}
