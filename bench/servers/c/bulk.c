// bulk BYTES: streams so many to each connection, one connection at a time, by blocking sends of 64 KiB.
#include "serve.h"

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  long bytes = atol(argv[1]);
  static char chunk[65536];
  int listener = listen_anywhere(0);
  for (;;) {
    int fd = accept4(listener, NULL, NULL, 0);
    if (fd < 0) continue;
    for (long left = bytes; left > 0;) {
      ssize_t n = send(fd, chunk, left < 65536 ? left : 65536, MSG_NOSIGNAL);
      if (n < 0) break;
      left -= n;
    }
    close(fd);
  }
}
