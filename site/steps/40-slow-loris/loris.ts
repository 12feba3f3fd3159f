// #region loris
import { open } from 'couplet';

/** Sends a byte every half second, and never a whole line; tells how long it was let. */
const [, , where = '', limit = '4000'] = process.argv;
const connection = await open(where);
const begun = Date.now();
while (!connection.peerEnded.aborted && Date.now() - begun < Number(limit)) {
  await connection.write('x');
  await connection.clock.sleep(500);
}
console.log(connection.peerEnded.aborted ? 'cut off' : `still there after ${Number(limit) / 1000} s`);
connection.abort();
// #endregion loris
