// Fan-out: `receivers` connections that only listen, and one that sends. It sends a message of `size` bytes when every
// receiver has the one before. Counts deliveries, for the milliseconds that each line of standard input gives. Every byte
// is compared.
#include "load.h"

static char *message, *buffer;
static long size;

static int open_connection(long turn, int port) {
  int fd = connect_from(turn, port);
  reset_on_close(fd);
  return fd;
}

// Reads what there is of the message. Returns how many bytes of it are here now.
static long receive(int fd, long received) {
  ssize_t n = recv(fd, buffer, size - received, 0);
  if (n < 0 && errno == EAGAIN) return received;
  if (n <= 0) die("recv");
  if (memcmp(buffer, message + received, n)) die("a receiver got something else than was sent");
  return received + n;
}

int main(int argc, char **argv) {
  argument_count = argc, arguments = argv;
  int port = option("port"), pid = option("pid"), receivers = option("receivers");
  size = option("size");

  message = malloc(size), buffer = malloc(size);
  for (long i = 0; i < size; i++) message[i] = 'a' + i % 26;
  int poll = epoll_create1(0), *fds = calloc(receivers, sizeof *fds);
  long *received = calloc(receivers, sizeof *received);
  for (int i = 0; i < receivers; i++) {
    fds[i] = open_connection(i, port);
    watch(poll, fds[i], EPOLLIN, i);
  }
  struct timespec settle = {.tv_nsec = 50 * 1000 * 1000};
  nanosleep(&settle, NULL);
  // A server accepts in order: when it reads from the sender it knows the receivers.
  int sender = open_connection(receivers, port);
  nanosleep(&settle, NULL);

  struct epoll_event events[max_events];
  double duration;
  while (next_visit(&duration)) {
    struct reading begin = read_server(pid);
    double until = begin.wall + duration;
    long deliveries = 0;
    do {
      if (send(sender, message, size, MSG_NOSIGNAL) != size) die("send");
      memset(received, 0, receivers * sizeof *received);
      for (int left = receivers; left > 0;) {
        int n = spin(poll, events);
        for (int i = 0; i < n; i++) {
          unsigned long to = events[i].data.u64;
          received[to] = receive(fds[to], received[to]);
          left -= received[to] == size;
        }
      }
      deliveries += receivers;
    } while (seconds(CLOCK_MONOTONIC) < until);
    report(deliveries, begin, read_server(pid));
  }
  return 0;
}
