// The rest of the bulk loads, for who has said how a connection is opened and closed (`open_connection`,
// `close_connection`), and how it is read: `read_to_end`, and `read_some`, which answers how many of at most so many bytes it
// read, 0 at the end and -1 when nothing is there now.

// In steps of 10 ms.
static long read_slowly(long bytes_per_second, double measure) {
  struct timespec step = {.tv_nsec = 10 * 1000 * 1000};
  double begin = seconds(CLOCK_MONOTONIC);
  for (long total = 0;;) {
    double passed = seconds(CLOCK_MONOTONIC) - begin;
    if (passed >= measure) return total;
    long due = passed * bytes_per_second - total;
    while (due > 0) {
      long n = read_some(due);
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
    if (round == 0) close_connection();
  }
  report(bytes, begin, read_server(pid));
  return 0;
}
