// Closed-loop echo: each connection sends `depth` messages of `size` bytes in one write, waits until all are back,
// and sends again. Counts for `measureMs` after `warmupMs`, or visit by visit. Every byte that comes back is compared. The messages are
// framed as `framing` says; `size` is that of the whole frame.
#include "load.h"

enum framing { lines, netstrings, int32s };

struct connection {
  int fd;
  size_t received;
};

static char *block;
static size_t block_size;

// Makes a frame of the letters that fill the message.
static void frame(char *message, size_t size, enum framing framing) {
  if (framing == lines) memcpy(message + size - 2, "\r\n", 2);
  if (framing == int32s) memcpy(message, &(uint32_t){htonl(size - 4)}, 4);
  if (framing != netstrings) return;
  char length[16];
  size_t digits, payload = size;
  do digits = sprintf(length, "%zu:", --payload);
  while (digits + payload + 1 > size);
  memcpy(message, length, digits);
  message[size - 1] = ',';
}

static void send_block(struct connection *c) {
  if (send(c->fd, block, block_size, MSG_NOSIGNAL) != (ssize_t)block_size) die("send");
  c->received = 0;
}

// True when the whole block is back.
static int receive(struct connection *c, char *buffer) {
  ssize_t n = recv(c->fd, buffer, block_size - c->received, 0);
  if (n < 0 && errno == EAGAIN) return 0;
  if (n <= 0) die("recv");
  if (memcmp(buffer, block + c->received, n)) die("the echo differs from what was sent");
  c->received += n;
  return c->received == block_size;
}

#include "closed-loop.h"

int main(int argc, char **argv) {
  argument_count = argc, arguments = argv;
  int port = option("port"), connections = option("connections");
  long size = option("size"), depth = option("depth"), framing = option("framing");

  block_size = size * depth;
  block = malloc(block_size);
  char *buffer = malloc(block_size);
  for (size_t i = 0; i < block_size; i++) block[i] = 'a' + i % 26;
  for (long i = 0; i < depth; i++) frame(block + i * size, size, framing);

  int poll = epoll_create1(0);
  struct connection *all = calloc(connections, sizeof *all);
  for (int i = 0, on = 1; i < connections; i++) {
    all[i].fd = connect_from(i, port);
    setsockopt(all[i].fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    reset_on_close(all[i].fd);
    watch(poll, all[i].fd, EPOLLIN, i);
  }
  struct timespec settle = {.tv_nsec = 50 * 1000 * 1000};
  nanosleep(&settle, NULL);
  load(poll, all, connections, buffer, depth);
  return 0;
}
