import type { FrameSource } from '../values/frame-source.ts';

/** Options of `serveInspector`. */
export interface InspectorOptions {
  /**
   * Where it listens: a server description, such as `tcp:9229:interface=127.0.0.1` or `unix:/run/echo/inspector.sock`. A free port of
   * 127.0.0.1 unless set. A UNIX socket gets mode 600.
   */
  readonly listen?: string;
  /**
   * Whether it may listen where other machines can reach it; false unless set. It needs `tls:` then, and `allowedHosts` with the name by
   * which it is called.
   */
  readonly allowRemote?: boolean;
  /** Host names and IP literals by which it may be called, besides those of loopback; none unless set. The first is in the URL of a place that others can reach. */
  readonly allowedHosts?: readonly string[];
  /**
   * What a request for data has to have, at least 16 letters, digits, `-` and `_`; 128 random bits unless set. It is not needed on a UNIX
   * socket. Set it where it must be known before, in a test for instance.
   */
  readonly token?: string;
  /**
   * Whether the bytes of a connection are shown to viewers who have it open, the last 64 KiB of each from then on, in at most
   * 1,000 chunks; false unless set. Passwords are bytes too. Without effect on a `source`.
   */
  readonly payload?: boolean;
  /**
   * What it shows, if that is not the given reactor: `coupletd` shows its workers. It belongs to the caller, who may close it when the
   * inspector is closed.
   */
  readonly source?: FrameSource;
}
