// Closed-loop echo over TLS: each connection sends `depth` lines of `size` bytes in one record, waits until all are
// back, and sends again. Every byte that comes back is compared.
#include "tls.h"

struct connection {
  SSL *tls;
  int received;
};

static char *block;
static int block_size;

static void send_block(struct connection *c) {
  if (SSL_write(c->tls, block, block_size) != block_size) die_of_tls("SSL_write");
  c->received = 0;
}

// True when the whole block is back.
static int receive(struct connection *c, char *buffer) {
  while (c->received < block_size) {
    int n = read_tls(c->tls, buffer, block_size - c->received);
    if (n < 0) return 0;
    errno = 0;
    if (n == 0) die("the server closed");
    if (memcmp(buffer, block + c->received, n)) die("the echo differs from what was sent");
    c->received += n;
  }
  return 1;
}

#include "closed-loop.h"

int main(int argc, char **argv) {
  argument_count = argc, arguments = argv;
  int port = option("port"), connections = option("connections");
  long size = option("size"), depth = option("depth"), ready = 0;

  block_size = size * depth;
  block = malloc(block_size);
  char *buffer = malloc(block_size);
  for (int i = 0; i < block_size; i++) block[i] = 'a' + i % 26;
  for (long i = 1; i <= depth; i++) memcpy(block + i * size - 2, "\r\n", 2);

  int poll = epoll_create1(0);
  SSL_CTX *context = client_context();
  struct connection *all = calloc(connections, sizeof *all);
  for (int i = 0, on = 1; i < connections; i++) {
    int fd = connect_from(i, port);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    reset_on_close(fd);
    all[i].tls = begin_tls(context, fd);
    watch(poll, fd, EPOLLIN | EPOLLOUT | EPOLLET, i);
  }

  struct epoll_event events[max_events];
  while (ready < connections) {
    int n = spin(poll, events);
    for (int i = 0; i < n; i++) {
      SSL *tls = all[events[i].data.u64].tls;
      if (SSL_is_init_finished(tls)) continue;
      read_tls(tls, buffer, block_size);
      ready += SSL_is_init_finished(tls);
    }
  }
  pay_visits(poll, all, connections, buffer, depth);
  return 0;
}
