// Holds idle connections. Each line on standard input is a number: it opens connections until there are so many, and
// answers with the number. A connection counts as open once a message has come back on it, which also proves that the
// server has accepted it. Ends with its input.
#include "load.h"

static void open_one(long turn, int port, int poll) {
  static char message[64], answer[64];
  struct epoll_event events[max_events];
  int fd = connect_from(turn, port);
  reset_on_close(fd);
  watch(poll, fd, EPOLLOUT, fd);
  spin(poll, events);
  if (send(fd, message, sizeof message, MSG_NOSIGNAL) != sizeof message) die("send");
  struct epoll_event readable = {.events = EPOLLIN};
  if (epoll_ctl(poll, EPOLL_CTL_MOD, fd, &readable)) die("epoll_ctl");
  for (size_t received = 0; received < sizeof answer;) {
    spin(poll, events);
    ssize_t n = recv(fd, answer, sizeof answer - received, 0);
    if (n <= 0) die("recv");
    received += n;
  }
  epoll_ctl(poll, EPOLL_CTL_DEL, fd, NULL);
}

int main(int argc, char **argv) {
  argument_count = argc, arguments = argv;
  int port = option("port"), poll = epoll_create1(0);
  long open = 0, wanted;
  while (scanf("%ld", &wanted) == 1) {
    for (; open < wanted; open++) open_one(open, port, poll);
    printf("%ld\n", open);
    fflush(stdout);
  }
  return 0;
}
