// What the C servers share: a listening socket on 127.0.0.1, its port printed as the first line.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static void die(const char *what) {
  perror(what);
  exit(1);
}

// `flags`: SOCK_NONBLOCK or 0.
static int listen_anywhere(int flags) {
  int fd = socket(AF_INET, SOCK_STREAM | flags, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) || listen(fd, 4096) ||
      getsockname(fd, (struct sockaddr *)&address, &length))
    die("listen");
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return fd;
}
