import { resolve } from 'node:path';
import { placeOf } from 'couplet/endpoints';
import { MultiService } from '../application/multi-service.ts';
import type { Service } from '../application/service.ts';
import { StreamServerService } from '../application/stream-server-service.ts';
import type { ServiceSettings } from '../configuration/options.ts';
import type { ApplicationDescription, ProgramOrder, ServiceDescription } from '../ipc/messages.ts';
import { CommandError, EXIT } from '../values/exit-status.ts';
import { hashesOf, Imports } from './imports.ts';
import { loadApplication } from './load.ts';

/** Imports an application and says what it consists of. Nothing starts. Rejects with a `CommandError`. */
export async function describeProgram({ program, settings, services }: ProgramOrder): Promise<ApplicationDescription> {
  const imports = new Imports();
  const loaded = await loadApplication(program, settings, imports);
  const described = loaded.services.flatMap((service) => descriptionsOf(service, '', services));
  const files = imports.hashes(loaded.application.files.map((file) => resolve(file)));
  const certificates = described.flatMap(({ listen }) => listen).flatMap(filesOfTLS);
  return {
    name: loaded.application.name,
    services: described,
    certificates: hashesOf(certificates),
    ...(files !== undefined && { files }),
  };
}

function descriptionsOf(
  service: Service,
  before: string,
  settings: Readonly<Record<string, ServiceSettings>>,
): ServiceDescription[] {
  const path = `${before}${service.name}`;
  const kind = service.constructor.name;
  const places: StreamServerService['places'] =
    service instanceof StreamServerService
      ? ((Object.hasOwn(settings, path) ? settings[path]?.listen : undefined) ?? service.places)
      : [];
  const listen = places.filter((place) => typeof place === 'string');
  const own = { path, kind, listen, ownEndpoints: places.length - listen.length };
  if (!(service instanceof MultiService)) return [own];
  return [own, ...service.services.flatMap((inner) => descriptionsOf(inner, `${path}/`, settings))];
}

/** Throws a `CommandError` if a description is wrong. */
function filesOfTLS(text: string): string[] {
  try {
    const { tls } = placeOf(text);
    return tls === undefined ? [] : Object.values(tls).map((file: string) => resolve(file));
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error), EXIT.configuration, {
      cause: error,
    });
  }
}
