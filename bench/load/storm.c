// A storm: `count` connects at once, until each has got its one line; all stay open until the last one has. There is
// one for each line of standard input.
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
  long count = option("count");

  poll = epoll_create1(0);
  fds = calloc(count, sizeof *fds);
  // A visit is a whole storm.
  for (double any; next_visit(&any);) {
    struct reading begin = read_server(pid);
    storm(count, port);
    struct reading end = read_server(pid);
    for (long i = 0; i < count; i++) close(fds[i]);
    // The server is to have handled these ends before it is visited again.
    struct timespec settle = {.tv_nsec = 100 * 1000 * 1000};
    nanosleep(&settle, NULL);
    report(count, begin, end);
  }
  return 0;
}
