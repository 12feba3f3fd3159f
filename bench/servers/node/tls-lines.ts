import { lineEcho } from '../frame-echo.ts';
import { serveAnswers } from './serve-answers.ts';

const [cert = '', key = ''] = process.argv.slice(2);

serveAnswers(lineEcho, { cert, key });
