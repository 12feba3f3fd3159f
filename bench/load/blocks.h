// Closed loop without TLS: each connection sends the block in one write, waits until all that answers it has come, and sends it again.
// Every byte that comes is compared.
#include "load.h"
#include <poll.h>

struct connection {
  int fd;
  size_t received;
};

// What is sent, and what has to come back.
static char *block, *answer;
static size_t block_size, answer_size;

static void send_block(struct connection *c) {
  if (send(c->fd, block, block_size, MSG_NOSIGNAL) != (ssize_t)block_size) die("send");
  c->received = 0;
}

// True when the whole answer is there.
static int receive(struct connection *c, char *buffer) {
  ssize_t n = recv(c->fd, buffer, answer_size - c->received, 0);
  if (n < 0 && errno == EAGAIN) return 0;
  if (n <= 0) die("recv");
  if (memcmp(buffer, answer + c->received, n)) die("the answer differs from what was expected");
  c->received += n;
  return c->received == answer_size;
}

#include "closed-loop.h"

// True when the connection is not made in time.
static int is_refused(int fd) {
  struct pollfd one = {.fd = fd, .events = POLLOUT};
  return poll(&one, 1, 10 * 1000) != 1 || one.revents != POLLOUT;
}

// Connects, and measures as the arguments say; a block is `depth` messages.
static void play(long depth) {
  int port = option("port"), connections = option("connections");
  int queue = epoll_create1(0);
  struct connection *all = calloc(connections, sizeof *all);
  for (int i = 0, on = 1; i < connections; i++) {
    all[i].fd = connect_from(i, port);
    setsockopt(all[i].fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    reset_on_close(all[i].fd);
    // One after the other, so that many do not overflow the server's backlog.
    if (is_refused(all[i].fd)) die("connect");
    watch(queue, all[i].fd, EPOLLIN, i);
  }
  struct timespec settle = {.tv_nsec = 50 * 1000 * 1000};
  nanosleep(&settle, NULL);
  pay_visits(queue, all, connections, malloc(answer_size), depth);
}
