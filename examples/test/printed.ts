import type { TestContext } from 'node:test';

/** What the example prints during one test. */
export function printed(
  t: TestContext,
  where: 'log' | 'error',
): { lines: string[]; until(line: RegExp): Promise<void> } {
  const lines: string[] = [];
  let wake = () => {};
  t.mock.method(console, where, (line: string) => {
    lines.push(line);
    wake();
  });
  return {
    lines,
    /** Forgets what was printed up to a line like that, which it waits for. */
    async until(wanted) {
      for (;;) {
        const at = lines.findIndex((line) => wanted.test(line));
        lines.splice(0, at < 0 ? lines.length : at + 1);
        if (at >= 0) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
