import { CommandError, EXIT } from '../values/exit-status.ts';
import { suggestion } from './nearest.ts';
import type { Configuration, ServiceSettings } from './options.ts';

/** Throws a `CommandError` with 78 if options do not go together. */
export function checkTogether(configuration: Configuration): void {
  const { options, services, place } = configuration;
  const at = (name: string): string => place(['daemon', name]);
  if (options.daemonize && options.logFile === undefined) throw wrong(`${at('daemonize')} needs a log file`);
  if (options.daemonize && options.workers === 0)
    throw wrong(`${at('daemonize')} needs workers: 0 runs everything in this process`);
  if (options.runtime !== undefined && options.workers === 0)
    throw wrong(`${at('runtime')} needs workers: 0 runs everything in this process`);
  if (options.daemonize && options.readyFd !== undefined)
    throw wrong(`${at('daemonize')} does not go with ${at('readyFd')}: the command ends when the daemon is ready`);
  if (options.uid === undefined)
    for (const key of ['gid', 'groups'] as const)
      if (options[key] !== undefined) throw wrong(`${at(key)} needs a uid: groups change together with the user`);
  for (const [name, settings] of Object.entries(services)) checkService(configuration, name, settings);
}

/**
 * Throws a `CommandError` with 78 if a service is configured that the application does not have.
 *
 * @param paths The paths of all its services, such as `slow` and `upstream/cache`.
 */
export function checkServices({ services, place }: Configuration, paths: readonly string[]): void {
  const unknown = Object.keys(services).find((name) => !paths.includes(name));
  if (unknown === undefined) return;
  const has = paths.length === 0 ? 'no services' : `no such service${suggestion(unknown, paths)}`;
  throw wrong(`${place(['service', unknown])} is configured, but the application has ${has}`);
}

function checkService({ options, place }: Configuration, name: string, { limit, ...settings }: ServiceSettings): void {
  const at = (...path: string[]): string => place(['service', name, ...path]);
  for (const key of ['workers', 'accept'] as const) {
    if (settings[key] === undefined) continue;
    if (options.topology !== 'apart')
      throw wrong(`${at(key)} needs the topology 'apart': together all services have the same`);
    if (options.workers === 0) throw wrong(`${at(key)} needs workers: the daemon has 0, which is one process`);
  }
  if (limit === undefined) return;
  if (limit.total === undefined && limit.perPeer === undefined) throw wrong(`${at('limit')} needs a total or perPeer`);
  if (limit.scope === 'fleet' && options.ledger === undefined)
    throw wrong(`${at('limit', 'scope')} is 'fleet', which needs a ledger`);
}

function wrong(line: string): CommandError {
  return new CommandError(line, EXIT.configuration);
}
