// What the load programs share: options, the server's clocks, connections.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

// Source addresses 127.0.0.2 to 127.0.0.9: eight times the ephemeral ports.
enum { sources = 8, max_events = 1024 };

static int argument_count;
static char **arguments;

static _Noreturn void die(const char *what) {
  fprintf(stderr, errno ? "%s: %s\n" : "%s\n", what, strerror(errno));
  exit(1);
}

// The value of `name=value` on the command line, as text; NULL where there is none.
static const char *given(const char *name) {
  size_t length = strlen(name);
  for (int i = 1; i < argument_count; i++)
    if (!strncmp(arguments[i], name, length) && arguments[i][length] == '=') return arguments[i] + length + 1;
  return NULL;
}

// The same, as a number; it must be there.
static long option(const char *name) {
  const char *value = given(name);
  if (value) return atol(value);
  fprintf(stderr, "missing argument: %s=\n", name);
  exit(2);
}

// Seconds.
struct reading {
  double wall;    // monotonic time
  double cpu;     // used by all threads of the server, ended ones too
  double waited;  // how long the server's main thread was ready to run and its core was taken
  double load;    // CPU used by this program, which never sleeps
};

static double seconds(clockid_t clock) {
  struct timespec t;
  if (clock_gettime(clock, &t)) die("clock_gettime");
  return t.tv_sec + t.tv_nsec / 1e9;
}

// The CPU clock of another process has nanoseconds; /proc/PID/stat has ticks of 10 ms.
static struct reading read_server(pid_t pid) {
  clockid_t clock;
  errno = clock_getcpuclockid(pid, &clock);
  if (errno) die("the server has gone");
  struct reading r = {.wall = seconds(CLOCK_MONOTONIC), .cpu = seconds(clock), .load = seconds(CLOCK_PROCESS_CPUTIME_ID)};
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/schedstat", (int)pid);
  FILE *file = fopen(path, "r");
  if (file) {
    unsigned long long ran, delay;
    if (fscanf(file, "%llu %llu", &ran, &delay) == 2) r.waited = delay / 1e9;
    fclose(file);
  }
  return r;
}

// The one line that the harness reads.
static void report(double count, struct reading begin, struct reading end) {
  printf("{\"count\":%.0f,\"seconds\":%.9f,\"cpu\":%.9f,\"waited\":%.9f,\"load\":%.9f}\n", count,
         end.wall - begin.wall, end.cpu - begin.cpu, end.waited - begin.waited, end.load - begin.load);
  fflush(stdout);
}

// Waits for the next line of standard input, the milliseconds of a visit; false at its end.
static int next_visit(double *seconds) {
  long milliseconds;
  if (scanf("%ld", &milliseconds) != 1) return 0;
  *seconds = milliseconds / 1e3;
  return 1;
}

// A socket that is connecting, without blocking, to the server. `turn` picks the source address.
static int connect_from(long turn, int port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
  if (fd < 0) die("socket");
  struct sockaddr_in source = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000002 + turn % sources)};
  struct sockaddr_in server = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  // The port is then picked at connect, so that it need only be free towards this server.
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  if (bind(fd, (struct sockaddr *)&source, sizeof source)) die("bind");
  if (connect(fd, (struct sockaddr *)&server, sizeof server) && errno != EINPROGRESS) die("connect");
  return fd;
}

// Closing the socket, or ending the program, then sends RST, which leaves no TIME_WAIT on either side.
static void reset_on_close(int fd) {
  struct linger now = {.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static void watch(int poll, int fd, unsigned events, unsigned long tag) {
  struct epoll_event event = {.events = events, .data.u64 = tag};
  if (epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event)) die("epoll_ctl");
}

// Events, by asking again and again: a load program that slept would have to be woken by the server's sends, at
// microseconds each on the server's account.
static int spin(int poll, struct epoll_event *events) {
  double since = 0;
  for (long turn = 1;; turn++) {
    int n = epoll_wait(poll, events, max_events, 0);
    if (n > 0) return n;
    if (n < 0 && errno != EINTR) die("epoll_wait");
    if (turn % 1024) continue;
    // CPU time, so that a machine that stands still, or is crowded, is no reason to give up.
    double now = seconds(CLOCK_PROCESS_CPUTIME_ID);
    if (since == 0) since = now;
    errno = 0;
    if (now - since > 10) die("the server said nothing for 10 s of CPU time");
  }
}
