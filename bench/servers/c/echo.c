// Echo: one epoll loop, level-triggered.
#include "serve.h"
#include "watch.h"

// A short write ends the connection: no load has more in flight than a socket buffer takes.
static void echo(int fd) {
  static char buffer[65536];
  ssize_t n = recv(fd, buffer, sizeof buffer, 0);
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0 || send(fd, buffer, n, MSG_NOSIGNAL) != n) close(fd);
}

int main(void) {
  int listener = listen_anywhere(SOCK_NONBLOCK), poll = epoll_create1(0);
  watch(poll, listener);
  struct epoll_event events[1024];
  for (;;) {
    int n = epoll_wait(poll, events, 1024, -1);
    for (int i = 0; i < n; i++) {
      if (events[i].data.fd != listener) {
        echo(events[i].data.fd);
        continue;
      }
      int fd;
      while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) watch(poll, fd);
    }
  }
}
