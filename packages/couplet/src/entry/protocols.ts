export { diagram } from '../machine/diagram.ts';
export { Machine } from '../machine/machine.ts';
export type { Actions, EventMethod, Run } from '../machine/run.ts';
export type { DoneBy, EventOf, SoundStates, SoundTransition, States, Transition } from '../machine/states.ts';
export type { Framed } from '../receivers/framed.ts';
export { FrameReceiver } from '../receivers/framed.ts';
export type { LineProtocol } from '../receivers/lines.ts';
export { LineOnlyReceiver } from '../receivers/lines.ts';
export type { RawLineProtocol } from '../receivers/raw-lines.ts';
export { LineReceiver, TextLineReceiver } from '../receivers/raw-lines.ts';
export type { RequestHolder, RequestOptions, RequestsOptions } from '../receivers/requests.ts';
export { Requests, TooManyRequests } from '../receivers/requests.ts';
export type { NextState, Stateful } from '../receivers/stateful.ts';
export { StatefulStringProtocol } from '../receivers/stateful.ts';
export type { IntNStringReceiver, StringReceiver } from '../receivers/strings.ts';
export {
  Int8StringReceiver,
  Int16StringReceiver,
  Int32StringReceiver,
  NetstringReceiver,
} from '../receivers/strings.ts';
export type { PhaseTimeout, Timeable } from '../receivers/timeout-mixin.ts';
export { TimeoutMixin } from '../receivers/timeout-mixin.ts';
export type { Permit } from '../relay/allow-list.ts';
export type { FileTransferOptions, ReadableFile } from '../relay/file-sender.ts';
export { FileSender } from '../relay/file-sender.ts';
export type { PipeEnd, PipeOptions } from '../relay/pipe-end.ts';
export { portForward } from '../relay/port-forward.ts';
export type { SocksOptions } from '../relay/socks.ts';
export { Socks, SocksFactory } from '../relay/socks.ts';
export { Chargen } from '../services/chargen.ts';
export { Discard, Echo } from '../services/echo.ts';
export { QOTD, QOTDFactory } from '../services/qotd.ts';
export { Daytime, Time } from '../services/time.ts';
