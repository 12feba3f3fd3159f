export { NativeBackend } from '../backends/native/native.ts';
