import process from 'node:process';
import type { Clock } from 'couplet';
import { checkServices } from '../configuration/checks.ts';
import { webPlaceOf } from '../metrics/web.ts';
import { environmentOfChildren } from '../system/environment.ts';
import { identityOf } from '../system/identity.ts';
import { describeApplication } from './describe.ts';
import { enter, located } from './folder.ts';
import type { Launch } from './launch.ts';
import { planOf } from './plan.ts';
import { SpawnedChildren } from './spawned.ts';

/**
 * Does all that a daemon does before it binds: imports the application, and checks its configuration and endpoints. Resolves to what
 * there is, in a line for each group. Rejects with a `CommandError`.
 */
export async function checkLaunch(clock: Clock, launch: Launch, folder: string): Promise<readonly string[]> {
  const { configuration, program } = launch;
  const { application: settings, services, options } = configuration;
  enter(folder);
  if (options.metrics !== undefined) webPlaceOf(options.metrics);
  const environment = environmentOfChildren(process.env);
  const children = new SpawnedChildren({ folder, nodeOptions: options.nodeOptions, environment });
  const identity = identityOf(options, { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 });
  const order = { program: located(program, folder), settings, services };
  const description = await describeApplication(
    clock,
    children,
    identity === undefined ? order : { ...order, identity },
    options.readyTimeoutMs,
    configuration.place,
  );
  checkServices(
    configuration,
    description.services.map(({ path }) => path),
  );
  return planOf(description, configuration).map(({ name, services: paths, workers }) => {
    const members = description.services.filter(({ path }) => paths.includes(path.split('/', 1).join()));
    const listen = members.flatMap((service) => service.listen);
    const many = options.workers === 0 ? 'in one process' : `${workers} worker${workers === 1 ? '' : 's'}`;
    return `${name}: ${many}${listen.length === 0 ? '' : `, ${listen.join(', ')}`}`;
  });
}
