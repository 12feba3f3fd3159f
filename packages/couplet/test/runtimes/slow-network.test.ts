import { checkNetwork } from '../sim/check-network.ts';

/** Without faults. Buffers smaller than these would tell nothing more: some checks send megabytes, in as many pieces. */
const CONDITIONS = {
  latencyMs: 1,
  jitterMs: 5,
  wakeMs: 2,
  segmentBytes: 4096,
  sendBufferBytes: 65_536,
  receiveBufferBytes: 65_536,
};

/** What cannot be expected where things arrive late. */
const NOT_WHEN_LATE: readonly RegExp[] = [
  // What a refused peer sends arrives after the close: the answer is a reset, which takes an unread message with it.
  /^R42 one too many gets the message though it has sent something/,
  // It takes four bytes to arrive in one piece.
  /^R39 a consumer that keeps up never touches the wire/,
];

checkNetwork(
  'a network with small segments and buffers, latency, jitter, and processes that wake up late',
  CONDITIONS,
  true,
  NOT_WHEN_LATE,
);
