// poems BYTES: accept, send, close. The kernel does the rest, so there is nothing to wait for but the next client.
#include "serve.h"

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  size_t size = atol(argv[1]);
  char *poem = malloc(size);
  memset(poem, 'x', size);
  int listener = listen_anywhere(0);
  for (;;) {
    int fd = accept4(listener, NULL, NULL, 0);
    if (fd < 0) continue;
    send(fd, poem, size, MSG_NOSIGNAL);
    close(fd);
  }
}
