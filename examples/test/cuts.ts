import { type Callbacks, type Factory, IPv4Address } from 'couplet';
import { StringTransport, verifyFraming } from 'couplet/testing';

/**
 * What a server answers to a session, one character for a byte: the same for every way in which that may be cut. The end of the connection
 * is `(end)`, an abort `(abort)`.
 */
export function answersTo(newFactory: () => Factory, session: string | Buffer): string {
  const bytes = typeof session === 'string' ? Buffer.from(session, 'latin1') : session;
  verifyFraming(() => seated(newFactory()), bytes, { cuts: 200 });
  const protocol = seated(newFactory());
  const transport = new StringTransport();
  void protocol.makeConnection(transport);
  void protocol.dataReceived(bytes);
  const end = transport.disconnected ? '(abort)' : transport.disconnecting ? '(end)' : '';
  return transport.value().toString('latin1') + end;
}

/** A protocol of the factory, which is not connected yet. */
function seated(factory: Factory): Callbacks {
  const protocol: Callbacks | null = factory.buildProtocol(new IPv4Address('192.0.2.1', 54_321));
  if (protocol === null) throw new Error('the factory built nothing');
  protocol.factory = factory;
  return protocol;
}
