import { stream } from './stream.ts';

stream();
