// What the C servers of the framed rows share: one epoll loop that sends back every whole frame, and keeps what is left
// until the rest comes. A program says where the frame at the front ends.
#include "serve.h"

enum { room = 65536 };

struct connection {
  int fd;
  size_t kept;
  char bytes[room];
};

// The size of the frame at the front; 0 when it is not whole.
static size_t frame(const char *bytes, size_t size);

static void watch(int poll, int fd, struct connection *connection) {
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
  if (epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event)) die("epoll_ctl");
}

// A frame larger than the room, or a short write, ends the connection.
static void answer(struct connection *c) {
  static char output[room];
  size_t taken = 0, size;
  ssize_t n = recv(c->fd, c->bytes + c->kept, room - c->kept, 0);
  if (n < 0 && errno == EAGAIN) return;
  if (n > 0) c->kept += n;
  while ((size = frame(c->bytes + taken, c->kept - taken)) > 0) {
    memcpy(output + taken, c->bytes + taken, size);
    taken += size;
  }
  c->kept -= taken;
  memmove(c->bytes, c->bytes + taken, c->kept);
  if (n > 0 && (taken == 0 || send(c->fd, output, taken, MSG_NOSIGNAL) == (ssize_t)taken)) return;
  close(c->fd);
  free(c);
}

int main(void) {
  int listener = listen_anywhere(SOCK_NONBLOCK), poll = epoll_create1(0), fd;
  watch(poll, listener, NULL);
  struct epoll_event events[1024];
  for (;;) {
    int n = epoll_wait(poll, events, 1024, -1);
    for (int i = 0; i < n; i++) {
      if (events[i].data.ptr != NULL) {
        answer(events[i].data.ptr);
        continue;
      }
      while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        struct connection *c = malloc(sizeof *c);
        c->fd = fd, c->kept = 0;
        watch(poll, fd, c);
      }
    }
  }
}
