/**
 * What a message or a connection may cost on Node's backend, counted and not timed. A number falls freely; it rises only in a
 * commit that says why. "Seen" is what runs on idle and on busy cores gave, from the least to the most.
 */
export const THRESHOLDS = {
  /** System calls, but for waiting, and for V8's own threads and memory. */
  systemCalls: {
    /** Seen: 1.99 to 2.01, a receive and a send, as raw `node:net`. */
    echo: 2.05,
    /** Seen: 6.99 to 7.03, as raw `node:net`: nobody asks who the peer is. */
    poem: 7.1,
    /** The same by that of raw, seen: 1.00. */
    poemByRaw: 1.02,
  },
  /** How often a byte of a line that is echoed is copied: always 2.01, into the string that is searched, and into the slab. */
  copiesOfALine: 2.02,
  /** The same of bytes behind a line with their number, without short text, which is not counted. */
  copiesOfABody: {
    /** Always 1.70: the chunk becomes a string, and the body is copied to be sent. */
    whole: 1.72,
    /** Always 1.91. */
    raw: 1.93,
    /** Always 0.70: only the body is copied, when it is sent. */
    generator: 0.72,
  },
  /**
   * Bytes in JavaScript's heap for each message, line or poem, while nothing is optimized. Raw: 1,280 for an echo, 4,740 for a
   * poem. The optimizer saves a third, but never at the same time.
   */
  allocated: {
    /** Seen: 1,413.1. */
    echo: 1425,
    /** Seen: 193.9. */
    lines: 196,
    /** Seen: 219.9. */
    'text lines': 222,
    /** Seen: 8,150 on busy cores, where events come together, to 8,830 on idle ones. */
    poems: 8950,
    /** A line with a length, as many bytes, and the end of a line; all sent back. Seen: 399.6. */
    'text and bodies': 402,
    /** The same by `setRawMode`, seen: 472.0. */
    'raw bodies': 475,
    /** The same by a generator that reads a `decimal`, seen: 598.8. */
    'bodies by a generator': 602,
    /** A response, and the next request. Seen: 1,123.7. */
    requests: 1130,
  },
  /**
   * Bytes that an idle connection keeps, in JavaScript's heap and in buffers, seen: 1,617. Raw: 1,034 to 1,043. The private
   * memory of the process is measured by the bench: it comes and goes by pages, and differs by a third between runs.
   */
  retained: 1_640,
  /** How many frames of the package's own code a stack has, from the runtime's event to the callback: always the same. */
  frames: {
    accept: 8,
    chunk: 2,
    /** The header may bring the connection: a filter, and the life of a wire that waits, stand between. */
    header: 10,
    chunkBehindHeader: 4,
    /** From `connectTCP` down to the socket. */
    call: 10,
    connected: 11,
  },
  /** What `import 'couplet'` loads: always the same. */
  modules: {
    /** Files of its own: the entry and what no other entry has, two for all below that, and two for the backend. */
    files: 5,
    /** Modules of the runtime that they import; it has others in memory, which they get without. */
    builtins: 6,
  },
} as const;

/** The same on Bun's backend. */
export const THRESHOLDS_OF_BUN = {
  systemCalls: {
    /** Seen: 1.98 to 2.01, a receive and a send, as raw `Bun.listen`. */
    echo: 2.05,
    /** Seen: 7.97 to 8.01, as raw `Bun.listen`: accept, setsockopt, send, shutdown, receive, close, and two changes of the epoll. */
    poem: 8.05,
  },
  /**
   * Bytes that an idle connection keeps in JavaScript's heap, seen: 601 to 629 for five objects: 64 for a protocol with its two fields,
   * 160 each for transport and queue (up to 18 fields), 112 for the wire (up to 12), and Bun's own. The bench measures the private memory.
   */
  retained: 640,
} as const;
