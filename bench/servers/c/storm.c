// Answers each connection with one line and leaves it open, until its peer leaves.
#include "serve.h"
#include "watch.h"

int main(void) {
  int listener = listen_anywhere(SOCK_NONBLOCK), poll = epoll_create1(0);
  watch(poll, listener);
  struct epoll_event events[1024];
  for (;;) {
    int n = epoll_wait(poll, events, 1024, -1);
    for (int i = 0; i < n; i++) {
      int fd = events[i].data.fd;
      if (fd != listener) {
        close(fd);
        continue;
      }
      while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        send(fd, "welcome\n", 8, MSG_NOSIGNAL);
        watch(poll, fd);
      }
    }
  }
}
