// The measurement of the closed loops, for who has said what a `struct connection` is, and how a block of `depth` messages is
// sent on it (`send_block`) and received (`receive`, true when the whole block is back).

// Visits: for the milliseconds that each line of standard input gives, sends each block again as soon as it is back, then waits
// until all are back, and reports how many messages that were. In between it rests.
static void pay_visits(int poll, struct connection *all, int connections, char *buffer, long depth) {
  int pid = option("pid");
  struct epoll_event events[max_events];
  double duration;
  while (next_visit(&duration)) {
    struct reading begin = read_server(pid);
    double until = begin.wall + duration;
    long messages = 0;
    int away = connections, over = 0;
    for (int i = 0; i < connections; i++) send_block(&all[i]);
    while (away > 0) {
      int n = spin(poll, events);
      for (int i = 0; i < n; i++) {
        struct connection *c = &all[events[i].data.u64];
        if (!receive(c, buffer)) continue;
        messages += depth;
        if (over) away--;
        else send_block(c);
      }
      over = over || seconds(CLOCK_MONOTONIC) >= until;
    }
    report(messages, begin, read_server(pid));
  }
}
