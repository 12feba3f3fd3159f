import { ClientTLS, ServerTLS } from '../protocol/tls.ts';
import type { Surroundings } from '../seam/surroundings.ts';
import type { TlsVersion } from '../seam/tls.ts';
import type { Description } from './description.ts';

/** What certificates and keys are read by. */
type Files = Pick<Surroundings, 'readFile'>;

/** What both sides can say in a description. */
interface Common {
  readonly alpn?: readonly string[];
  readonly minVersion?: TlsVersion;
}

/** The arguments of a server's description that concern TLS, as what reads the files that they name. */
export function serverTLSOf(files: Files, description: Description): () => Promise<ServerTLS> {
  const [cert, key] = [named(description, 'cert'), named(description, 'key')];
  const ca = description.optional('ca');
  const clientAuth = description.oneOf('clientAuth', ['none', 'request', 'require']);
  if (clientAuth !== undefined && clientAuth !== 'none' && ca === undefined)
    throw description.wrong(`clientAuth '${clientAuth}' needs ca: the file with the authorities of clients`);
  const common = commonOf(description);
  const read = fileReader(files, description);
  return () =>
    checked(description, () =>
      ServerTLS.from(async () => ({
        ...common,
        cert: await read('cert', cert),
        key: await read('key', key),
        ...(ca !== undefined && { ca: await read('ca', ca) }),
        ...(clientAuth !== undefined && { clientAuth }),
      })),
    );
}

/** The same for a client; `named` says that a host is connected to by its name. The files are read once, by the first connection. */
export function clientTLSOf(files: Files, description: Description, named: boolean): () => Promise<ClientTLS> {
  const ca = description.optional('ca');
  const cert = description.optional('cert');
  const key = description.optional('key');
  if (cert !== undefined && key === undefined) throw description.wrong('it has a cert, but no key');
  if (key !== undefined && cert === undefined) throw description.wrong('it has a key, but no cert');
  const serverName = description.optional('serverName');
  const verify = description.oneOf('verify', ['0', '1']);
  if (!named && serverName === undefined && verify !== '0')
    throw description.wrong('it has no serverName to verify the certificate for');
  const common = commonOf(description);
  const read = fileReader(files, description);
  const make = async (): Promise<ClientTLS> =>
    new ClientTLS({
      ...common,
      ...(ca !== undefined && { ca: await read('ca', ca) }),
      ...(cert !== undefined &&
        key !== undefined && { identity: { cert: await read('cert', cert), key: await read('key', key) } }),
      ...(serverName !== undefined && { serverName }),
      verify: verify !== '0',
    });
  // One for all connections: it remembers sessions.
  let made: Promise<ClientTLS> | undefined;
  return async () => {
    made ??= checked(description, make);
    try {
      return await made;
    } catch (error) {
      made = undefined;
      throw error;
    }
  };
}

function commonOf(description: Description): Common {
  const alpn = description.optional('alpn')?.split(',');
  if (alpn?.includes('')) throw description.wrong(`alpn '${alpn.join(',')}' has an empty protocol`);
  const minVersion = description.oneOf('minVersion', ['TLSv1.2', 'TLSv1.3']);
  return { ...(alpn !== undefined && { alpn }), ...(minVersion !== undefined && { minVersion }) };
}

/** A required argument that is never positional: a path could be taken for a port. */
function named(description: Description, name: string): string {
  const value = description.optional(name);
  if (value === undefined) throw description.wrong(`it has no ${name}`);
  return value;
}

function fileReader(files: Files, description: Description): (name: string, path: string) => Promise<Buffer> {
  return async (name, path) => {
    const content = await files.readFile(path);
    if ('kind' in content) throw description.wrong(`${name} '${path}': ${content.detail}`);
    return content;
  };
}

/** Says of what description it is that options cannot be. */
async function checked<T>(description: Description, make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) throw description.wrong(error.message);
    throw error;
  }
}
