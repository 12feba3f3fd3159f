const half = 512 * 1024;
/** How often each framing is measured, the first argument; its figures are the medians. */
const rounds = Number(process.argv[2]);

/** Makes one frame of a payload. */
type Frame = (payload: Buffer) => Buffer;

const frames: Readonly<Record<string, Frame>> = {
  lines: (payload) => Buffer.concat([payload, Buffer.from('\r\n')]),
  netstrings: (payload) => Buffer.concat([Buffer.from(`${payload.length}:`), payload, Buffer.from(',')]),
  int32: (payload) => {
    const prefix = Buffer.alloc(4);
    prefix.writeUInt32BE(payload.length);
    return Buffer.concat([prefix, payload]);
  },
};

/** Makes a receiver of one framing. It gets chunks, and tells the size of each payload. */
export type Receiver = (received: (size: number) => void) => (chunk: Buffer) => void;

/** The most bytes that a payload has. */
export const maxLength: number = 2 * half;

/** CPU microseconds, all threads, that a new receiver takes for a frame that comes byte by byte. */
function feed(frame: Frame, receiver: Receiver, size: number): number {
  const bytes = frame(Buffer.alloc(size, 'x'));
  const sizes: number[] = [];
  const take = receiver((received) => {
    sizes.push(received);
  });
  globalThis.gc?.();
  const before = process.cpuUsage();
  for (let i = 0; i < bytes.length; i += 1) take(bytes.subarray(i, i + 1));
  const { user, system } = process.cpuUsage(before);
  if (sizes.length !== 1 || sizes[0] !== size) throw new Error(`received ${sizes.join(', ')} instead of ${size}`);
  return user + system;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
}

/**
 * Feeds receivers by the name of their framing, and prints for each what a byte of a frame of 1 MB costs in nanoseconds, and
 * the ratio to what a frame of half that size costs. In one process: over a network, bytes that are sent one by one
 * arrive in company whenever the receiver is slower than the sender.
 */
export function bytewise(receivers: Readonly<Record<string, Receiver>>): void {
  const figures: Record<string, number> = {};
  for (const [framing, receiver] of Object.entries(receivers)) {
    const frame = frames[framing];
    if (frame === undefined) throw new Error(`no framing ${framing}`);
    feed(frame, receiver, half);
    const costs = Array.from({ length: rounds }, () => [half, 2 * half].map((size) => feed(frame, receiver, size)));
    figures[framing] = (median(costs.map(([, whole = 0]) => whole)) / (2 * half)) * 1000;
    figures[`${framing}Doubling`] = median(costs.map(([part = 0, whole = 0]) => whole / part));
  }
  console.log(JSON.stringify(figures));
}
