// Reads what the server streams, and decrypts it: all `mebibytes` of it and the end, as fast as they come, once for each line of standard
// input; or, with `mebibytesPerSecond`, at that pace for `measureMs`, and cuts the connection.
#include "tls.h"

static int poll, fd;
static SSL *tls;
static char buffer[16384];

static void open_connection(int port) {
  static SSL_CTX *context;
  if (!context) context = client_context();
  fd = connect_from(0, port);
  tls = begin_tls(context, fd);
  watch(poll, fd, EPOLLIN | EPOLLOUT | EPOLLET, 0);
}

static void close_connection(void) {
  SSL_shutdown(tls);
  SSL_free(tls);
  close(fd);
}

static long read_to_end(void) {
  struct epoll_event events[max_events];
  for (long total = 0;;) {
    spin(poll, events);
    int n;
    while ((n = read_tls(tls, buffer, sizeof buffer)) > 0) total += n;
    if (n == 0) return total;
  }
}

static long read_some(long most) {
  return read_tls(tls, buffer, most < (long)sizeof buffer ? most : (long)sizeof buffer);
}

#include "bulk.h"
