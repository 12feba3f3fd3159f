import type { Actor, Part } from './actor.ts';

/** Says `cue` at once. */
export const cue: Part = { made: ({ transport }: Actor) => void transport.write('cue') };

/** Sends back what it receives. */
export const echo: Part = { data: ({ transport }: Actor, chunk: Buffer) => void transport.write(chunk) };

/** Reads nothing until told to. */
export const deaf: Part = { made: ({ transport }: Actor) => transport.pauseProducing() };

/** Ends its output at once, and listens. */
export const mute: Part = { made: ({ transport }: Actor) => transport.loseWriteConnection() };

/** A client like `nc -N`: it asks, ends its output, and listens. */
export const asking: Part = {
  made: ({ transport }: Actor) => {
    transport.write('?');
    transport.loseWriteConnection();
  },
};

/** Writes a poem and leaves. */
export function reciting(poem: Buffer): Part {
  const made = ({ transport }: Actor): void => {
    transport.write(poem);
    transport.loseConnection();
  };
  return { made };
}
