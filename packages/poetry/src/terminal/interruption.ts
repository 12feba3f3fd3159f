import process from 'node:process';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const cleaners = new Set<() => void>();

/**
 * Calls `clean` when a signal such as that of Ctrl-C is about to end the program: what there is to tidy up, without waiting. Then the signal
 * ends it as if it had not been caught. Returns a function that forgets `clean`.
 */
export function whenInterrupted(clean: () => void): () => void {
  if (cleaners.size === 0) for (const signal of SIGNALS) process.on(signal, interrupted);
  cleaners.add(clean);
  return () => {
    cleaners.delete(clean);
    if (cleaners.size === 0) release();
  };
}

function interrupted(signal: NodeJS.Signals): void {
  release();
  for (const clean of cleaners) clean();
  process.kill(process.pid, signal);
}

function release(): void {
  for (const signal of SIGNALS) process.off(signal, interrupted);
}
