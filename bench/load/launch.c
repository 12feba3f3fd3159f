// launch CORES SECONDS PROGRAM ARGUMENT...: runs a program on these cores (1,3; none given: any), with every descriptor it may have,
// for that long at most, and not beyond the life of the process that started it, in a session of its own: the scheduler
// shares cores between sessions, so what else runs in the terminal's takes less of its time. One small program instead of taskset,
// ulimit, timeout, setpriv and setsid; it becomes the program, so the process id stays.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  cpu_set_t cores;
  CPU_ZERO(&cores);
  for (char *core = strtok(argv[1], ","); core; core = strtok(NULL, ",")) CPU_SET(atoi(core), &cores);
  if (CPU_COUNT(&cores) > 0 && sched_setaffinity(0, sizeof cores, &cores)) perror("launch: sched_setaffinity");
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  setsid();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  alarm(atoi(argv[2]));
  execvp(argv[3], argv + 3);
  perror(argv[3]);
  return 127;
}
