import { createHash, randomUUID } from 'node:crypto';
import type { ServerPlace } from 'couplet/endpoints';
import { placeOf } from 'couplet/endpoints';
import type { Configuration } from '../configuration/options.ts';
import type { ApplicationDescription, ServiceDescription } from '../ipc/messages.ts';
import { CommandError, EXIT } from '../values/exit-status.ts';

/** A socket that the supervisor binds for a service. */
export interface PlannedSocket {
  /** Tells it from all others, over reloads: its place, and for port 0 which one it is. */
  readonly id: string;
  readonly place: Exclude<ServerPlace, { kind: 'stdio' | 'fd' }>;
  /** The description, for messages. */
  readonly text: string;
  /** The service that it is for, for messages. */
  readonly path: string;
}

/** Services that run in the same processes. */
export interface GroupPlan {
  /** The name of its only service, or of the application. */
  readonly name: string;
  /** The names of its services at the top of the application. */
  readonly services: readonly string[];
  readonly workers: number;
  readonly accept: 'shared' | 'spread';
  readonly sockets: readonly PlannedSocket[];
  /** Differs if something differs for which its processes have to be replaced. */
  readonly fingerprint: string;
}

/**
 * Divides an application into groups, and says which sockets each needs. Throws a `CommandError` with all that is wrong, in one line: two
 * services at one place, or what processes cannot share.
 */
export function planOf(description: ApplicationDescription, configuration: Configuration): readonly GroupPlan[] {
  const { options } = configuration;
  const flaws: string[] = [];
  const tops = description.services.map(({ path }) => path).filter((path) => !path.includes('/'));
  if (options.workers === 0) {
    // This process opens everything itself.
    const fingerprint = fingerprintOf(description, configuration, description.services);
    return [{ name: description.name, services: tops, workers: 1, accept: 'shared', sockets: [], fingerprint }];
  }
  const lists = options.topology === 'apart' ? tops.map((name) => [name]) : [tops];
  const owners = new Map<string, PlannedSocket>();
  const groups = lists.map((services): GroupPlan => {
    const [first = ''] = services;
    const own = options.topology === 'apart' ? configuration.services[first] : undefined;
    const workers = own?.workers ?? options.workers;
    const accept = own?.accept ?? options.accept;
    const members = description.services.filter(({ path }) => services.includes(topOf(path)));
    const sockets = members.flatMap((service) => socketsOf(service, flaws));
    for (const socket of sockets) {
      const { id, text, path } = socket;
      const other = owners.get(id);
      if (other !== undefined)
        flaws.push(`${path} listens on '${text}', the same place as '${other.text}' of ${other.path}`);
      owners.set(id, socket);
      if (accept === 'spread') flaws.push(...flawsOfSpread(text));
    }
    for (const { path, ownEndpoints } of members)
      if (ownEndpoints > 0 && workers > 1)
        flaws.push(
          `${path} has an endpoint that its process opens itself, so it cannot have ${workers} workers: use a description such as tcp:8007`,
        );
    const name = options.topology === 'apart' ? first : description.name;
    return {
      name,
      services,
      workers,
      accept,
      sockets,
      fingerprint: fingerprintOf(description, configuration, members),
    };
  });
  if (flaws.length > 0) throw new CommandError([...new Set(flaws)].join('; '), EXIT.configuration);
  return groups;
}

function topOf(path: string): string {
  return path.split('/', 1).join();
}

function socketsOf({ path, listen }: ServiceDescription, flaws: string[]): PlannedSocket[] {
  return listen.flatMap((text, at): PlannedSocket[] => {
    const place = placeOf(text);
    if (place.kind === 'stdio' || place.kind === 'fd') {
      flaws.push(
        `${path} listens on '${text}', which workers cannot share: use --workers 0, or systemd: for sockets that a service manager passes`,
      );
      return [];
    }
    const free = place.kind === 'tcp' && place.port === 0;
    return [{ id: free ? `${place.key}#${path}#${at}` : place.key, place, text, path }];
  });
}

/** What keeps the workers of a group from having a queue each. */
function flawsOfSpread(text: string): string[] {
  const { kind } = placeOf(text);
  return kind === 'tcp'
    ? []
    : [`'${text}' cannot be accepted spread: only sockets on TCP that coupletd binds itself can`];
}

function fingerprintOf(
  { files }: ApplicationDescription,
  { options, application, services }: Configuration,
  members: readonly ServiceDescription[],
): string {
  const settings = members.map(({ path, kind, listen }) => ({ path, kind, listen, settings: services[path] }));
  // Where imports cannot be recorded, everything may have changed.
  const code = files === undefined ? { unknown: randomUUID() } : Object.entries(files).sort();
  const text = JSON.stringify({ options, application, settings, code });
  return createHash('sha256').update(text).digest('hex');
}
