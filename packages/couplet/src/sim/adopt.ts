import type { AdoptPlace } from '../seam/adopt.ts';
import type { Cause } from '../seam/cause.ts';
import type { Settled } from '../seam/streams.ts';
import type { Wire } from '../seam/wire.ts';
import { BROKEN_PIPE, NOT_INHERITED } from './causes.ts';
import { type Holder, PairEnd } from './duplex.ts';
import type { Kernel } from './kernel.ts';
import type { Adopter } from './wire.ts';
import { SimWire } from './wire.ts';

const NO_PAIR: Cause = { kind: 'other', code: '', detail: 'it is not a stream of World.pair()' };

/** The process that adopts. */
interface StreamOwner extends Adopter, Holder {
  readonly kernel: Pick<Kernel, 'sockets'>;
}

/** Makes a wire of an end of a pair: the `adopt` of the seam. */
export function adopt(owner: StreamOwner, place: AdoptPlace, settled: Settled<Wire>): void {
  const duplex = 'duplex' in place ? place.duplex : undefined;
  if (!(duplex instanceof PairEnd)) {
    owner.after(0, () => settled.onFailed(duplex === undefined ? NOT_INHERITED : NO_PAIR));
    return;
  }
  const socket = duplex['~give'](owner);
  if (socket === undefined) {
    owner.after(0, () => settled.onFailed(BROKEN_PIPE));
    return;
  }
  owner.kernel.sockets.add(socket);
  owner.after(0, () => {
    owner.note(`adopts ${socket.name}`);
    const wire = new SimWire(owner, socket, place);
    owner.given.adopted += 1;
    owner.adopting = wire;
    const sink = settled.onReady(wire);
    owner.adopting = undefined;
    if (sink === null) {
      wire.close();
      return;
    }
    wire.attach(sink);
    if (!wire.paused) socket.resume();
  });
}
