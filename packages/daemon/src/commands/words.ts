import type { Command } from 'commander';
import type { OptionWords } from '../configuration/sources.ts';

/** What a command line says of the options of a command. Those before its name count unless they are behind it as well. */
export function wordsOf(command: Command): OptionWords {
  return { ...command.parent?.opts(), ...command.opts() };
}

/** The text of an option; undefined if it is not there. */
export function textOf(words: OptionWords, name: string): string | undefined {
  const word = words[name];
  return typeof word === 'string' && word !== '' ? word : undefined;
}

/** The texts of an option that may be repeated. */
export function listOf(words: OptionWords, name: string): readonly string[] {
  const word = words[name];
  return Array.isArray(word) ? word : [];
}
