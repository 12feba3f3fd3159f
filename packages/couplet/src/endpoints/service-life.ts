/**
 * The life of a `ClientService`: its states, what may happen in each, and what the service does then. `start` of a service that
 * runs is left out, so that it throws. `over` is a failure that ends the service: nothing could try again.
 */
export const SERVICE_LIFE = {
  stopped: {
    start: { to: 'connecting', call: 'connect' },
    stop: 'ignore',
  },
  connecting: {
    connected: { to: 'preparing', call: 'prepare' },
    failed: { to: 'waiting', call: 'retry' },
    over: { to: 'stopped', call: 'giveUp' },
    stop: { to: 'stopping', call: 'cancel' },
  },
  preparing: {
    prepared: { to: 'connected', call: 'announce' },
    unfit: { to: 'dropping', call: 'drop' },
    lost: { to: 'waiting', call: 'retry' },
    stop: { to: 'stopping', call: 'close' },
  },
  connected: {
    lost: { to: 'waiting', call: 'weigh' },
    stop: { to: 'stopping', call: 'close' },
  },
  dropping: {
    lost: { to: 'waiting', call: 'retry' },
    stop: { to: 'stopping' },
  },
  waiting: {
    due: { to: 'connecting', call: 'connect' },
    over: { to: 'stopped', call: 'quit' },
    stop: { to: 'stopped', call: 'rest' },
  },
  // A cancelled attempt may have succeeded just before; a closed connection may still be prepared.
  stopping: {
    start: { to: 'restarting' },
    stop: 'ignore',
    connected: { to: 'stopping', call: 'close' },
    prepared: 'ignore',
    unfit: 'ignore',
    failed: { to: 'stopped', call: 'rest' },
    over: { to: 'stopped', call: 'rest' },
    lost: { to: 'stopped', call: 'rest' },
  },
  restarting: {
    stop: { to: 'stopping' },
    connected: { to: 'restarting', call: 'close' },
    prepared: 'ignore',
    unfit: 'ignore',
    failed: { to: 'connecting', call: 'restart' },
    over: { to: 'connecting', call: 'restart' },
    lost: { to: 'connecting', call: 'restart' },
  },
} as const;
