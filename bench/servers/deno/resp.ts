import { CommandParser } from '../command-parser.ts';
import { serveAnswers } from './serve-answers.ts';

await serveAnswers(() => new CommandParser());
