import { int32Echo } from '../frame-echo.ts';
import { serveAnswers } from './serve-answers.ts';

await serveAnswers(int32Echo);
