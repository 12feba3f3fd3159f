// Sends what one connection sends to all others: one epoll loop, level-triggered.
#include "serve.h"

enum { most = 65536 };

static int fds[most], count;

static void pass_on(int from) {
  static char buffer[65536];
  ssize_t n = recv(from, buffer, sizeof buffer, 0);
  if (n <= 0) exit(0);
  for (int i = 0; i < count; i++)
    if (fds[i] != from && send(fds[i], buffer, n, MSG_NOSIGNAL) != n) die("send");
}

int main(void) {
  int listener = listen_anywhere(SOCK_NONBLOCK), poll = epoll_create1(0), fd;
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[1024];
  if (epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event)) die("epoll_ctl");
  for (int on = 1;;) {
    int n = epoll_wait(poll, events, 1024, -1);
    for (int i = 0; i < n; i++) {
      if (events[i].data.fd != listener) {
        pass_on(events[i].data.fd);
        continue;
      }
      while (count < most && (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        event.data.fd = fd;
        if (epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event)) die("epoll_ctl");
        fds[count++] = fd;
      }
    }
  }
}
