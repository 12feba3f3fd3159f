import type { Resolver } from '../../seam/backend.ts';
import type { Cause } from '../../seam/cause.ts';

/** What Deno is asked for a permission with; it asks the user, where it may and there is a terminal. */
interface Permissions {
  requestSync(descriptor: { readonly name: 'net'; readonly host: string }): { readonly state: string };
}

/**
 * The cause that listening at an address is not permitted; undefined if it is. `node:net` of Deno would throw in a later turn, where it
 * cannot be caught.
 */
export function refusalOf(host: string, port: number): Cause | undefined {
  const place = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  const permissions: unknown = Reflect.get(Object(Reflect.get(globalThis, 'Deno')), 'permissions');
  if (!isPermissions(permissions) || permissions.requestSync({ name: 'net', host: place }).state === 'granted') return;
  return { kind: 'other', code: 'EPERM', detail: `not permitted: run Deno with --allow-net=${place}` };
}

/** The names of a resolver; where one may not be looked up, which Deno tells by a code alone, the cause says what permits it. */
export function permitted({ resolve }: Resolver): Resolver {
  return {
    resolve: async (host) => {
      const found = await resolve(host);
      if (!('kind' in found) || found.code !== 'EPERM') return found;
      return { ...found, detail: 'lookup not permitted: run Deno with --allow-net' };
    },
  };
}

function isPermissions(found: unknown): found is Permissions {
  return typeof found === 'object' && found !== null && typeof Reflect.get(found, 'requestSync') === 'function';
}
