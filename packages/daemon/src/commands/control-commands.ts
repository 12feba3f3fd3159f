import { askControl } from '../control/ask.ts';
import { findControl, type WantedDaemon } from '../control/find.ts';
import type { ControlAnswer } from '../control/messages.ts';
import { printStatus } from '../control/print-status.ts';
import { CommandError, EXIT, type ExitStatus } from '../values/exit-status.ts';
import type { Surroundings } from './surroundings.ts';

/** `coupletd status`: prints it. Returns 1 if the daemon is not ready. */
export async function status(
  wanted: WantedDaemon,
  json: boolean,
  { environment, directory, out }: Surroundings,
): Promise<ExitStatus> {
  const path = await findControl(wanted, environment, { directory });
  const answer = await askControl(path, { ask: 'status' });
  if (answer.answer !== 'status') throw failed(answer);
  const { report } = answer;
  out(json ? `${JSON.stringify(report, null, 2)}\n` : printStatus(report));
  return report.ready ? EXIT.done : EXIT.failed;
}

/** `coupletd reload`: returns at once, or with `wait` when the reload has ended. */
export async function reload(
  wanted: WantedDaemon,
  { force, wait }: { readonly force: boolean; readonly wait: boolean },
  { environment, directory, out }: Surroundings,
): Promise<ExitStatus> {
  const path = await findControl(wanted, environment, { directory });
  const answer = await askControl(path, { ask: 'reload', force, wait });
  if (answer.answer === 'accepted') return EXIT.done;
  if (answer.answer !== 'reloaded') throw failed(answer);
  const { result, generation, reason = 'no reason was given' } = answer.result;
  if (result === 'failed') throw new CommandError(`the reload failed: ${reason}`, EXIT.failed);
  out(result === 'unchanged' ? 'nothing has changed\n' : `generation ${generation} is ready\n`);
  return EXIT.done;
}

/** `coupletd stop`: returns when the daemon has ended. */
export async function stop(
  wanted: WantedDaemon,
  now: boolean,
  { environment, directory }: Surroundings,
): Promise<ExitStatus> {
  const path = await findControl(wanted, environment, { directory });
  const answer = await askControl(path, { ask: 'stop', now });
  if (answer.answer !== 'stopped') throw failed(answer);
  return EXIT.done;
}

function failed(answer: ControlAnswer): CommandError {
  const line = answer.answer === 'failed' ? answer.line : `it answered '${answer.answer}'`;
  return new CommandError(`the daemon: ${line}`, EXIT.failed);
}
