// Answers each connection with one line and leaves it open; the process ends with the row.
#include "serve.h"

int main(void) {
  int listener = listen_anywhere(0);
  for (;;) {
    int fd = accept4(listener, NULL, NULL, 0);
    if (fd >= 0) send(fd, "welcome\n", 8, MSG_NOSIGNAL);
  }
}
