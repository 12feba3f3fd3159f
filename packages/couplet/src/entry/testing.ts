export type { SecureOptions } from '../peer/socket-peer.ts';
export { SocketPeer } from '../peer/socket-peer.ts';
export type { HostAddress, InetName, PipeName, SocketName, UnixName } from '../seam/address.ts';
export type { AdoptPlace } from '../seam/adopt.ts';
export type { Backend, Resolver } from '../seam/backend.ts';
export type { Cause } from '../seam/cause.ts';
export type { ClockFacet } from '../seam/clock.ts';
export type { KernelSocket } from '../seam/kernel.ts';
export type { Child, ChildSink, ProcessExit, Processes, ProcessPlace, SpawnSink } from '../seam/processes.ts';
export type { ConnectPlace, Listener, ListenPlace, ListenSink, Settled, Streams } from '../seam/streams.ts';
export type { Surroundings } from '../seam/surroundings.ts';
export type { TlsClientSettings, TlsContext, TlsIdentity, TlsServerSettings } from '../seam/tls.ts';
export type { Sink, Wire } from '../seam/wire.ts';
export type { ClockOptions } from '../testing/clock.ts';
export { Clock } from '../testing/clock.ts';
export type { FrameDecoder } from '../testing/play-decoder.ts';
export type { FramedProtocol } from '../testing/play-protocol.ts';
export type { Seat, StringTransportOptions } from '../testing/string-transport.ts';
export { StringTransport } from '../testing/string-transport.ts';
export type {
  CutOptions,
  DecoderCutOptions,
  FramingReport,
  MethodOf,
  ProtocolCutOptions,
} from '../testing/verify-framing.ts';
export { verifyFraming } from '../testing/verify-framing.ts';
export { Dice } from '../time/dice.ts';
