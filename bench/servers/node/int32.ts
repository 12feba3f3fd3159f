import { int32Echo } from '../frame-echo.ts';
import { serveAnswers } from './serve-answers.ts';

serveAnswers(int32Echo);
