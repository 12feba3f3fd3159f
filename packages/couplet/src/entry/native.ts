export { sendDatagram } from '../backends/native/datagram.ts';
export { NativeBackend } from '../backends/native/native.ts';
