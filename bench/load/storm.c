// A storm: `count` connects at once, until each has got its one line; all stay open until the last one has. A small
// storm of `warmup` connections goes first.
#include "load.h"

static int poll;
static int *fds;

static void storm(long count, int port) {
  static struct epoll_event events[max_events];
  for (long i = 0; i < count; i++) {
    fds[i] = connect_from(i, port);
    reset_on_close(fds[i]);
    watch(poll, fds[i], EPOLLIN, i);
  }
  for (long answered = 0; answered < count;) {
    int n = spin(poll, events);
    for (int i = 0; i < n; i++) {
      char line[64];
      int fd = fds[events[i].data.u64];
      ssize_t length = recv(fd, line, sizeof line, 0);
      if (length < 0) die("recv");
      errno = 0;
      if (length == 0 || line[length - 1] != '\n') die("a connection got no line");
      epoll_ctl(poll, EPOLL_CTL_DEL, fd, NULL);
      answered++;
    }
  }
}

int main(int argc, char **argv) {
  argument_count = argc, arguments = argv;
  int port = option("port"), pid = option("pid");
  long count = option("count"), warmup = option("warmup");

  poll = epoll_create1(0);
  fds = calloc(count > warmup ? count : warmup, sizeof *fds);
  storm(warmup, port);
  for (long i = 0; i < warmup; i++) close(fds[i]);
  struct timespec settle = {.tv_nsec = 200 * 1000 * 1000};
  nanosleep(&settle, NULL);

  struct reading begin = read_server(pid);
  storm(count, port);
  report(count, begin, read_server(pid));
  return 0;
}
