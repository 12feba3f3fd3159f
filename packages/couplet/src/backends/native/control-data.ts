import { CONTROL_HEAD_BYTES, MESSAGE_BYTES, MOST_FILES, SCM_RIGHTS, SOL_SOCKET } from './linux.ts';

// What goes along with a message: a `cmsghdr` with descriptors, behind the `msghdr` in the same memory.

/** What a datagram or a message of a UNIX socket brought. */
export interface Message {
  /** How many bytes are in the memory. */
  readonly length: number;
  /** The descriptors that came along, which belong to this process now. */
  readonly files: readonly number[];
}

/** Where a `msghdr` has the bytes of what goes along. */
export const CONTROL_LENGTH_AT = 40;

/** How many bytes the descriptors take. */
export function controlBytes(count: number): number {
  if (count > MOST_FILES) throw new RangeError(`at most ${MOST_FILES} descriptors go along with a message`);
  return count === 0 ? 0 : CONTROL_HEAD_BYTES + 4 * count;
}

/** Writes down which descriptors go along. */
export function writeFiles(message: Buffer, files: readonly number[]): void {
  message.writeUInt32LE(controlBytes(files.length), MESSAGE_BYTES);
  message.writeUInt32LE(SOL_SOCKET, MESSAGE_BYTES + 8);
  message.writeUInt32LE(SCM_RIGHTS, MESSAGE_BYTES + 12);
  for (const [index, file] of files.entries())
    message.writeInt32LE(file, MESSAGE_BYTES + CONTROL_HEAD_BYTES + 4 * index);
}

/** Returns which descriptors have come along. */
export function readFiles(message: Buffer): number[] {
  const files: number[] = [];
  const length = Math.min(message.readUInt32LE(CONTROL_LENGTH_AT), controlBytes(MOST_FILES));
  const isFiles = length > CONTROL_HEAD_BYTES && message.readUInt32LE(MESSAGE_BYTES + 12) === SCM_RIGHTS;
  const end = isFiles ? Math.min(message.readUInt32LE(MESSAGE_BYTES), length) : 0;
  for (let at = CONTROL_HEAD_BYTES; at + 4 <= end; at += 4) files.push(message.readInt32LE(MESSAGE_BYTES + at));
  return files;
}
