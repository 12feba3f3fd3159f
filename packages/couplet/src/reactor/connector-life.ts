/**
 * The life of a connector. What affects it is in this table. An event that has the same effect in every state has no `call`: the connector
 * raises it, and then does what follows. A method that a program may call at the wrong time looks at the state, and throws.
 *
 * The states:
 *
 * - `idle`: nothing is under way, and the factory is not in use
 * - `dialling`: an attempt looks for a wire
 * - `admitting`: there is a wire, and it is not yet decided whether it gets a protocol
 * - `cancelling`: the attempt was cancelled, and the factory is yet to be told
 * - `seating`: the factory is asked for a protocol
 * - `leaving`: the same, and the connection is to be closed at once
 * - `declined`: the factory built none, and is yet to be told
 * - `connected`: there is a connection
 * - `telling`: an attempt or a connection is over, and the factory is told, which may connect again
 *
 * The events:
 *
 * - `connect`, `disconnect`: the program asks for it
 * - `cancel`: the attempt is to end, because the program asks for that or the factory cannot build
 * - `ready`: there is a wire
 * - `failed`: the attempt is over: no wire was found, its time is up, or it was cancelled
 * - `building`: the factory is about to be asked for a protocol
 * - `seated`: there is a connection
 * - `refused`: the wire of the attempt is refused
 * - `lost`: the connection is gone
 * - `done`: the factory was told
 *
 * An event that a state is to disregard says `ignore`; a pair that is not here cannot happen: the machine throws.
 */
export const CONNECTOR_LIFE = {
  idle: {
    connect: { to: 'dialling' },
    disconnect: 'ignore',
  },
  dialling: {
    ready: { to: 'admitting' },
    failed: { to: 'telling', call: 'fail' },
    cancel: { to: 'cancelling', call: 'abandon' },
    disconnect: { to: 'cancelling', call: 'abandon' },
  },
  admitting: {
    building: { to: 'seating', call: 'endAttempt' },
    refused: { to: 'telling', call: 'fail' },
    failed: { to: 'telling', call: 'fail' },
    cancel: { to: 'cancelling', call: 'abandon' },
    disconnect: { to: 'cancelling', call: 'abandon' },
  },
  cancelling: {
    cancel: 'ignore',
    disconnect: 'ignore',
    // The wire of the attempt that was cancelled.
    refused: 'ignore',
    failed: { to: 'telling', call: 'fail' },
  },
  seating: {
    seated: { to: 'connected' },
    refused: { to: 'declined', call: 'decline' },
    disconnect: { to: 'leaving' },
  },
  leaving: {
    seated: { to: 'connected' },
    refused: { to: 'declined', call: 'decline' },
    disconnect: 'ignore',
  },
  declined: {
    disconnect: 'ignore',
    lost: { to: 'telling', call: 'lose' },
  },
  connected: {
    disconnect: { to: 'connected', call: 'leave' },
    lost: { to: 'telling', call: 'lose' },
  },
  telling: {
    connect: { to: 'dialling' },
    disconnect: 'ignore',
    // The wire of an attempt that is over.
    refused: 'ignore',
    done: { to: 'idle', call: 'release' },
  },
} as const;
