import { lineEcho } from '../frame-echo.ts';
import { serveAnswers } from './serve-answers.ts';

await serveAnswers(lineEcho);
