import { readFileSync, writeFileSync } from 'node:fs';

/** The sum, in KiB, of the lines of a /proc file that begin so. */
function kibibytes(path: string, names: RegExp): number {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => names.test(line))
    .reduce((sum, line) => sum + Number(/(\d+) kB/.exec(line)?.[1] ?? 0), 0);
}

/** Memory that the process shares with no other, in KiB. */
export function privateMemory(pid: number): number {
  return kibibytes(`/proc/${pid}/smaps_rollup`, /^Private_(Clean|Dirty):/);
}

/** The resident memory of the process, in KiB. */
export function residentMemory(pid: number): number {
  return kibibytes(`/proc/${pid}/status`, /^VmRSS:/);
}

/** The most that was resident since `forgetPeak`, in KiB. */
export function peakMemory(pid: number): number {
  return kibibytes(`/proc/${pid}/status`, /^VmHWM:/);
}

/** Begins a new peak (5 is the kernel's code for that). */
export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}
