import { coupletd } from '../../src/commands/command.ts';
import type { Launch } from '../../src/supervisor/launch.ts';
import type { ExitStatus } from '../../src/values/exit-status.ts';

/** What a command did. */
export interface Outcome {
  readonly status: ExitStatus;
  readonly out: string;
  readonly error: string;
  /** What was run or checked. */
  readonly launched:
    | { readonly how: 'run' | 'check'; readonly launch: Launch; readonly again?: () => Promise<Launch> }
    | undefined;
}

/** Runs `coupletd` with these words. */
export async function command(
  words: readonly string[],
  given: {
    readonly environment?: Readonly<Record<string, string>>;
    readonly directory?: string;
    readonly ends?: ExitStatus;
  } = {},
): Promise<Outcome> {
  const { environment = {}, directory = '/', ends = 0 } = given;
  let [out, error] = ['', ''];
  let launched: Outcome['launched'];
  const status = await coupletd(words, {
    environment,
    directory,
    out: (text) => {
      out += text;
    },
    error: (text) => {
      error += text;
    },
    actions: {
      run: async (launch, again) => {
        launched = { how: 'run', launch, again };
        return ends;
      },
      check: async (launch) => {
        launched = { how: 'check', launch };
        return ends;
      },
    },
  });
  return { status, out, error, launched };
}
