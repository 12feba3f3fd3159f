import { statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { Command, CommanderError } from 'commander';
import { reactor } from 'couplet';
import type { Application } from '../application/application.ts';
import { application, isApplication } from '../application/application.ts';
import { builtInFactory } from '../application/built-in.ts';
import { isPlugin } from '../application/plugin.ts';
import type { Service } from '../application/service.ts';
import { StreamServerService } from '../application/stream-server-service.ts';
import { validateSettings } from '../configuration/settings.ts';
import type { Program } from '../ipc/messages.ts';
import { messageOf } from '../values/error-words.ts';
import { CommandError, EXIT } from '../values/exit-status.ts';
import type { Imports } from './imports.ts';
import { placeIn, placeOfSyntax } from './place-in.ts';

/** An application that has been imported, and its services, none of which has started. */
export interface LoadedApplication {
  readonly application: Application;
  readonly settings: unknown;
  readonly services: readonly Service[];
}

/**
 * Imports an application, and makes its services. `settings` is the section `application` of the configuration. Rejects with a
 * `CommandError` in one line, which names the file and line where it can: of an error of syntax only in the file that `imports` had last.
 */
export async function loadApplication(
  program: Program,
  settings: unknown,
  imports?: Imports,
): Promise<LoadedApplication> {
  const loaded = await applicationOf(program, imports);
  const { configuration } = loaded;
  const checked = configuration === undefined ? settings : await validateSettings(configuration, settings);
  try {
    return { application: loaded, settings: checked, services: await loaded.services(checked) };
  } catch (error) {
    throw threw(`the services of ${loaded.name}`, error);
  }
}

async function applicationOf(program: Program, imports: Imports | undefined): Promise<Application> {
  switch (program.kind) {
    case 'application': {
      const { file } = program;
      if (!isFile(file)) throw new CommandError(`there is no application at ${file}`, EXIT.noInput);
      checkLanguage(file);
      const exported = await defaultOf(file, imports);
      if (isApplication(exported)) return exported;
      throw new CommandError(
        `${file} does not export an application by default, as in: export { app as default }`,
        EXIT.software,
      );
    }
    case 'plugin': {
      const { name, module, words } = program;
      const exported = await defaultOf(module, imports);
      if (!isPlugin(exported)) throw new CommandError(`${module} does not export a plug-in by default`, EXIT.software);
      const command = new Command(`coupletd ${name}`).exitOverride().helpOption('-h, --help', 'print this help');
      command.configureOutput({ writeErr: () => {} });
      try {
        exported.options?.(command);
        command.parse([...words], { from: 'user' });
      } catch (error) {
        if (error instanceof CommanderError) throw usage(name, error);
        throw threw(`the plug-in ${name}`, error);
      }
      try {
        return await exported.application(command.opts(), command.args);
      } catch (error) {
        throw threw(`the plug-in ${name}`, error);
      }
    }
    case 'builtIn': {
      const { service } = program;
      return application(service.name, () => [
        new StreamServerService(service.name, [], builtInFactory(service, reactor)),
      ]);
    }
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Throws a `CommandError` if this runtime cannot import TypeScript. */
function checkLanguage(file: string): void {
  const features: unknown = Reflect.get(process, 'features');
  const typescript = typeof features === 'object' && features !== null && Reflect.get(features, 'typescript');
  if (/\.[mc]?ts$/.test(file) && !typescript)
    throw new CommandError(
      `${file} is TypeScript, which needs Node 22.18 or later: this is ${process.version}`,
      EXIT.configuration,
    );
}

async function defaultOf(file: string, imports: Imports | undefined): Promise<unknown> {
  try {
    const module: unknown = await import(pathToFileURL(file).href);
    return typeof module === 'object' && module !== null ? Reflect.get(module, 'default') : undefined;
  } catch (error) {
    throw threw(placeOfSyntax(error, imports?.latest ?? file) ?? file, error);
  }
}

function threw(what: string, error: unknown): CommandError {
  if (error instanceof CommandError) return error;
  const place = placeIn(error);
  return new CommandError(`${place ?? what}: ${nameOf(error)}${messageOf(error)}`, EXIT.software, { cause: error });
}

/** The class of an error, where it says more than that it is one. */
function nameOf(error: unknown): string {
  return error instanceof Error && error.name !== 'Error' ? `${error.name}: ` : '';
}

/** A failure of the command line of a plug-in. Its help has been printed: then there is nothing left to say. */
function usage(name: string, error: CommanderError): CommandError {
  if (error.exitCode === 0) return new CommandError('', EXIT.done);
  return new CommandError(`${error.message.replace(/^error: /, '')} (see coupletd ${name} --help)`, EXIT.usage);
}
