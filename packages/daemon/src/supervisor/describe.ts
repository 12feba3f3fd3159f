import process from 'node:process';
import type { Clock } from 'couplet';
import { checkServices } from '../configuration/checks.ts';
import type { Configuration } from '../configuration/options.ts';
import type { ApplicationDescription, DescribeOrder, Failure, Identity } from '../ipc/messages.ts';
import { CommandError, EXIT, statusOf } from '../values/exit-status.ts';
import { refusal } from '../values/refusal.ts';
import type { ChildEvents, Children } from './child.ts';
import { located } from './folder.ts';
import type { Launch, Loaded } from './launch.ts';
import { type ChildCommand, childCommand } from './runtime.ts';

/**
 * Describes the application of a launch as it is on disk now, in a process that becomes `identity` if there is one. Relative paths are in
 * `folder`. Rejects with a `CommandError`, also if a service is configured that the application does not have.
 */
export async function loadLaunch(
  clock: Clock,
  children: Children,
  { program, configuration }: Launch,
  folder: string,
  identity: Identity | undefined,
): Promise<Loaded> {
  const { application: settings, services } = configuration;
  const order = { program: located(program, folder), settings, services, ...(identity !== undefined && { identity }) };
  const command = await childCommand(configuration, folder);
  const description = await describeApplication(clock, children, order, command, configuration);
  checkServices(
    configuration,
    description.services.map(({ path }) => path),
  );
  return { description, configuration, program: { program: order.program, settings }, command };
}

/**
 * Describes an application in a process of its own, which imports it and starts nothing. Rejects with a `CommandError` that says why that
 * failed, or that it is not done within the time.
 */
export function describeApplication(
  clock: Clock,
  children: Children,
  order: Omit<DescribeOrder, 'kind'>,
  command: ChildCommand,
  { options, place }: Pick<Configuration, 'options' | 'place'>,
): Promise<ApplicationDescription> {
  const { readyTimeoutMs: timeoutMs } = options;
  return new Promise((resolve, reject) => {
    let failure: Failure | undefined;
    let described: ApplicationDescription | undefined;
    const events: ChildEvents = {
      onReport: (report) => {
        if (report.kind === 'described') described = report.description;
        else if (report.kind === 'failed') failure ??= report.failure;
      },
      onExit: (status, signal, error) => {
        timer.cancel();
        process.off('exit', kill);
        if (described !== undefined) {
          resolve(described);
          return;
        }
        if (error !== undefined) {
          reject(refusal('cannot start a process that imports the application', error));
          return;
        }
        const {
          line,
          status: code,
          setting,
        }: Failure = failure ?? {
          line: `the application cannot be imported: its process ended with ${signal ?? `status ${status}`}`,
          status: EXIT.software,
        };
        reject(
          new CommandError(setting === undefined ? line : `${place(setting.path)}: ${setting.detail}`, statusOf(code)),
        );
      },
    };
    const child = children.start([], events, command);
    const kill = (): void => child.kill('SIGKILL');
    // While an import does not return, the child does not see that this process has ended.
    process.once('exit', kill);
    const timer = clock.callLater(timeoutMs, () => {
      failure ??= {
        line: `the application is not imported within ${timeoutMs / 1000} s`,
        status: EXIT.notReady,
      };
      kill();
    });
    child.send({ kind: 'describe', ...order });
  });
}
