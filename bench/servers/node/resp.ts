import { CommandParser } from '../command-parser.ts';
import { serveAnswers } from './serve-answers.ts';

serveAnswers(() => new CommandParser());
