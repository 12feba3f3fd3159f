import type { Factory } from 'couplet';
import { limitConnections } from 'couplet/policies';
import type { FrameSource } from '../values/frame-source.ts';
import { encode, refusal } from './answer.ts';
import type { GuardTerms } from './guard.ts';
import { Site } from './site.ts';
import { WebConnection } from './web-connection.ts';

/** How many connections there are at a time: a browser has six for a page. */
const MOST_CONNECTIONS = 32;

/** Returns the factory of a port that serves the page, and the frames of a source to those who may have them. */
export function webFactory(source: FrameSource, terms: GuardTerms): Factory {
  const site = new Site(source, terms);
  const full = refusal(503, `there are ${MOST_CONNECTIONS} connections to the inspector already`);
  const message = encode(full, { last: true });
  return limitConnections((): WebConnection => new WebConnection(site), { max: MOST_CONNECTIONS, message });
}
