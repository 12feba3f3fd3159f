import { familyOf } from '../address/literal.ts';
import { InheritedSockets } from '../reactor/inherited.ts';
import type { Reactor } from '../reactor/reactor.ts';
import { checkWhole, checkWord, described } from '../values/checks.ts';
import { placeOf } from './server-from-string.ts';

/** Options of `inheritSockets`. */
export interface InheritOptions {
  /**
   * What happens at a TCP or UNIX place that is not in the table: it is bound as usual, or `listen` rejects with a
   * `CannotListenError`. `bind` unless set.
   */
  readonly others?: 'bind' | 'refuse';
}

/** The sockets that a reactor inherited; `inheritSockets` makes it. */
export interface SocketTable {
  /**
   * Closes the sockets on which no port listens, and from now on each when its port stops: clients are refused then, unless
   * another process has the socket too. The table is empty from now on: places are bound as usual. Resolves when they are closed.
   */
  close(): Promise<void>;
}

/**
 * Gives a reactor sockets that the process inherited, each for a place. Whatever listens at such a place with this reactor, by a
 * description, an endpoint or `listenTCP`, listens on the socket that was inherited: nothing is bound, and a UNIX socket's file
 * is not removed. When its port stops, the socket stays, with the connections that wait in it, and the next port at the place
 * goes on with it; `close` of the table closes it, and so does the end of the process. The sockets belong to the table.
 *
 * Descriptions in the program and in the table need not be alike: `placeOf` says which of them have the same place. A place may
 * have several sockets, as port 0 does when several services ask for a free port: each port that listens there takes the first
 * that has none. When all have one, a further port at the place fails, or for port 0 gets another free port.
 *
 * Throws an `EndpointSyntaxError` if a description in the table is wrong; a `RangeError` if a descriptor is not a whole number of
 * at least 0, if a place is in the table twice, is `stdio:`, or has a host name as its interface, of which only the address is
 * certain; a `TypeError` if an option or `table` is of the wrong type, or a list of descriptors empty; and an `Error` if the
 * reactor has a table already.
 *
 * @param table For each description the descriptor of a bound socket, or a list of them: `{ 'tcp:8007': 4, 'tcp:0': [5, 6] }`.
 */
export function inheritSockets(
  reactor: Reactor,
  table: Readonly<Record<string, number | readonly number[]>>,
  options: InheritOptions = {},
): SocketTable {
  if (typeof table !== 'object' || table === null)
    throw new TypeError(`table is ${described(table)}, not an object such as { 'tcp:8007': 4 }`);
  const { others = 'bind' } = options;
  checkWord('others', others, ['bind', 'refuse']);
  const descriptors = new Map<string, readonly number[]>();
  for (const [text, value] of Object.entries(table)) {
    const key = keyIn(text);
    const own = typeof value === 'number' ? [value] : value;
    if (!Array.isArray(own) || own.length === 0)
      throw new TypeError(`the table has ${described(value)} for '${text}', neither a descriptor nor a list of them`);
    for (const fd of own) checkWhole(`the descriptor for '${text}'`, fd, 0, 2 ** 31 - 1);
    if (descriptors.has(key)) throw new RangeError(`the table has '${text}' twice: its place is ${key}`);
    descriptors.set(key, own);
  }
  const sockets = reactor['~inherit']((streams) => new InheritedSockets(streams, descriptors, others === 'refuse'));
  return { close: () => sockets.close() };
}

function keyIn(text: string): string {
  const place = placeOf(text);
  if (place.kind === 'stdio') throw new RangeError(`the table has '${text}', which is not a socket`);
  if (place.kind === 'tcp' && familyOf(place.host) === undefined)
    throw new RangeError(`the table has '${text}', whose interface is a name: write the address that it was bound to`);
  return place.key;
}
