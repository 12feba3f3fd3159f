import { ClientTLS, ServerTLS } from '../protocol/tls.ts';
import type { Surroundings } from '../seam/surroundings.ts';
import type { TlsVersion } from '../seam/tls.ts';
import type { Description } from './description.ts';
import type { TLSFiles } from './server-place.ts';

/** Reads the files of certificates and keys. */
type Files = Pick<Surroundings, 'readFile'>;

/** The options that both sides can have in a description. */
interface Common {
  readonly alpn?: readonly string[];
  readonly minVersion?: TlsVersion;
}

/** What the description of a server says of TLS. */
interface DescribedTLS {
  readonly files: TLSFiles;
  /** Reads the files. */
  readonly load: (files: Files) => Promise<ServerTLS>;
}

/** Takes the arguments of a server's description that concern TLS. */
export function serverTLSOf(description: Description): DescribedTLS {
  const [cert, key] = [named(description, 'cert'), named(description, 'key')];
  const ca = description.optional('ca');
  const clientAuth = description.oneOf('clientAuth', ['none', 'request', 'require']);
  if (clientAuth !== undefined && clientAuth !== 'none' && ca === undefined)
    throw description.wrong(`clientAuth '${clientAuth}' needs ca: the file with the authorities of clients`);
  const common = commonOf(description);
  const load = (files: Files): Promise<ServerTLS> => {
    const read = fileReader(files, description);
    return checked(description, () =>
      ServerTLS.from(async () => ({
        ...common,
        cert: await read('cert', cert),
        key: await read('key', key),
        ...(ca !== undefined && { ca: await read('ca', ca) }),
        ...(clientAuth !== undefined && { clientAuth }),
      })),
    );
  };
  return { files: { cert, key, ...(ca !== undefined && { ca }) }, load };
}

/** Takes the arguments of a client's description that concern TLS. `named` says that it names a host. The files are read by the first connection. */
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
  // One for all connections, since it remembers sessions.
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

/** Takes a required argument that is never positional: a path could be taken for a port. */
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

/** Turns the error of an option into one that names the description. */
async function checked<T>(description: Description, make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) throw description.wrong(error.message);
    throw error;
  }
}
