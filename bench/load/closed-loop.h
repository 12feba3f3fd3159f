// The measurement of the echo loads, for who has said what a `struct connection` is, and how a block of `depth` messages is
// sent on it (`send_block`) and received (`receive`, true when the whole block is back).

// Sends each block again as soon as it is back. Reports what came within `measure` seconds, after `warmup`.
static void exchange(int poll, struct connection *all, char *buffer, long depth, int pid, double warmup, double measure) {
  long messages = 0;
  struct epoll_event events[max_events];
  struct reading begin = {0};
  double until = seconds(CLOCK_MONOTONIC) + warmup;
  for (;;) {
    int n = spin(poll, events);
    for (int i = 0; i < n; i++) {
      struct connection *c = &all[events[i].data.u64];
      if (!receive(c, buffer)) continue;
      messages += depth;
      send_block(c);
    }
    if (seconds(CLOCK_MONOTONIC) < until) continue;
    if (begin.wall != 0) break;
    begin = read_server(pid);
    messages = 0;
    until = begin.wall + measure;
  }
  report(messages, begin, read_server(pid));
}
