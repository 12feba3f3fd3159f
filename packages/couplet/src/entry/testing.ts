export type { HostAddress, InetName, SocketName, UnixName } from '../seam/address.ts';
export type { Attempt, Backend, ConnectPlace, Listener, ListenPlace, StopSignal } from '../seam/backend.ts';
export type { Cause } from '../seam/cause.ts';
export type { Sink, Wire } from '../seam/wire.ts';
export type { Check } from '../testing/check.ts';
export { checkBackend } from '../testing/check-backend.ts';
export type { Venue } from '../testing/stage.ts';
