/**
 * The life of a wire whose admission ends in a later turn. What affects it is in this table. A wire that is seated or refused in the
 * turn in which it arrives does not have such a life.
 *
 * The states:
 *
 * - `arrived`: it is between two steps; everything that leads on is called from here
 * - `header`: the PROXY header is awaited
 * - `verdict`: the factory's answer is awaited; nothing is read
 * - `handshake`: the TLS handshake is awaited
 * - `farewell`: it is refused, and the message for the peer is being sent
 * - `refused`: it is refused and closing
 * - `seated`: it is the wire of a connection
 * - `gone`: it is closed, and was refused
 *
 * The events:
 *
 * - `awaitHeader`, `awaitVerdict`, `awaitTls`, `seat`: the next step
 * - `whole`, `secured`: the header, or the handshake, is complete
 * - `answered`: the promise of the verdict resolved
 * - `threw`: the promise of the verdict rejected
 * - `sent`: the message was sent, or cannot be
 * - `turnAway`: it is refused, with a message for the peer
 * - `refuse`: it is refused without a message: by a verdict, or because a step failed
 * - `late`: the time for the step is up
 * - `full`: `maxWaiting` verdicts are awaited already
 * - `stop`: the port, the attempt or the reactor stops
 * - `cut`: the time in which the reactor stops in order is over
 * - `closed`: the wire is gone
 *
 * The owner is told of a refusal when the state becomes `farewell`, `refused` or `gone` for the first time, and in no other way. An
 * event that a state is to disregard says `ignore`; a pair that is not here cannot happen: the machine throws.
 */
export const ADMISSION_LIFE = {
  arrived: {
    awaitHeader: { to: 'header' },
    awaitVerdict: { to: 'verdict' },
    awaitTls: { to: 'handshake' },
    seat: { to: 'seated' },
    turnAway: { to: 'farewell', call: 'part' },
    refuse: { to: 'refused', call: 'turnOut' },
    // The next step looks whether the admission has stopped.
    stop: 'ignore',
    cut: 'ignore',
  },
  header: {
    whole: { to: 'arrived', call: 'judge' },
    refuse: { to: 'refused', call: 'turnOut' },
    stop: { to: 'refused', call: 'turnOut' },
    cut: 'ignore',
    closed: { to: 'gone', call: 'lose' },
  },
  verdict: {
    answered: { to: 'arrived', call: 'decide' },
    threw: { to: 'arrived', call: 'fail' },
    late: { to: 'refused', call: 'turnOut' },
    full: { to: 'refused', call: 'turnOut' },
    stop: { to: 'refused', call: 'turnOut' },
    cut: 'ignore',
    closed: { to: 'gone', call: 'lose' },
  },
  handshake: {
    secured: { to: 'arrived', call: 'build' },
    refuse: { to: 'refused', call: 'turnOut' },
    late: { to: 'refused', call: 'abort' },
    stop: { to: 'refused', call: 'abort' },
    cut: 'ignore',
    closed: { to: 'gone', call: 'lose' },
  },
  farewell: {
    sent: { to: 'refused', call: 'close' },
    late: { to: 'refused', call: 'close' },
    // It ends by itself: a close before that could reset the connection, and destroy the message.
    stop: 'ignore',
    cut: { to: 'refused', call: 'close' },
    closed: { to: 'gone', call: 'bury' },
  },
  refused: {
    answered: { to: 'refused', call: 'abandon' },
    threw: 'ignore',
    secured: 'ignore',
    sent: 'ignore',
    refuse: 'ignore',
    cut: 'ignore',
    stop: 'ignore',
    closed: { to: 'gone', call: 'bury' },
  },
  seated: {},
  gone: {
    answered: { to: 'gone', call: 'abandon' },
    threw: 'ignore',
    sent: 'ignore',
    stop: 'ignore',
  },
} as const;
