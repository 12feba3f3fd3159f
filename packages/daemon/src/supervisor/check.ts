import process from 'node:process';
import type { Clock } from 'couplet';
import { environmentOfChildren } from '../system/environment.ts';
import { identityOf } from '../system/identity.ts';
import { loadInspector } from '../worker/inspector-module.ts';
import { loadLaunch } from './describe.ts';
import { enter } from './folder.ts';
import type { Launch } from './launch.ts';
import { planOf } from './plan.ts';
import { SpawnedChildren } from './spawned.ts';

/**
 * Does all that a daemon does before it binds: imports the application, and checks its configuration and endpoints. Resolves to what
 * there is, in a line for each group. Rejects with a `CommandError`.
 */
export async function checkLaunch(clock: Clock, launch: Launch, folder: string): Promise<readonly string[]> {
  const { configuration } = launch;
  const { options } = configuration;
  enter(folder);
  const children = new SpawnedChildren({ folder, environment: environmentOfChildren(process.env) });
  const identity = identityOf(options, { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 });
  if (options.inspect !== 'off') await loadInspector();
  const { description } = await loadLaunch(clock, children, launch, folder, identity);
  return planOf(description, configuration).map(({ name, services: paths, workers }) => {
    const members = description.services.filter(({ path }) => paths.includes(path.split('/', 1).join()));
    const listen = members.flatMap((service) => service.listen);
    const many = options.workers === 0 ? 'in one process' : `${workers} worker${workers === 1 ? '' : 's'}`;
    return `${name}: ${many}${listen.length === 0 ? '' : `, ${listen.join(', ')}`}`;
  });
}
