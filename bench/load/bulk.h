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

static const double mebibyte = 1 << 20;

int main(int argc, char **argv) {
  argument_count = argc, arguments = argv;
  int port = option("port"), pid = option("pid");
  poll = epoll_create1(0);

  if (given("mebibytesPerSecond")) {
    struct reading begin = read_server(pid);
    open_connection(port);
    reset_on_close(fd);
    long count = read_slowly(option("mebibytesPerSecond") * mebibyte, option("measureMs") / 1e3);
    report(count / mebibyte, begin, read_server(pid));
    return 0;
  }
  long mebibytes = option("mebibytes");
  // A visit is a whole transfer.
  for (double any; next_visit(&any);) {
    struct reading begin = read_server(pid);
    open_connection(port);
    long total = read_to_end();
    if (total != mebibytes * mebibyte) {
      fprintf(stderr, "the stream ended after %ld bytes, not after %ld MiB\n", total, mebibytes);
      return 1;
    }
    report(mebibytes, begin, read_server(pid));
    close_connection();
  }
  return 0;
}
