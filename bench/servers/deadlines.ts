const delayMs = 10_000;

/**
 * Sets so many timers of the runtime. What is returned moves the next one. Node keeps timers of one duration in one list, so these
 * cannot be spread over time; one that runs out is armed again.
 */
export function deadlines(count: number): () => void {
  const timers = Array.from({ length: count }, () => {
    const timer: NodeJS.Timeout = setTimeout(() => timer.refresh(), delayMs);
    return timer;
  });
  let next = 0;
  return () => {
    timers[next]?.refresh();
    next = next + 1 < count ? next + 1 : 0;
  };
}
