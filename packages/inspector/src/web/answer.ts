import { Buffer } from 'node:buffer';

/** The answer to a request. */
export interface Answer {
  readonly status: keyof typeof REASONS;
  readonly type: string;
  /** Undefined for one that goes on until the connection closes. */
  readonly body: string | undefined;
  /** Further fields of the head. */
  readonly fields?: Readonly<Record<string, string>>;
}

const REASONS = {
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  421: 'Misdirected Request',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
  505: 'HTTP Version Not Supported',
} as const;

/** What every answer has: it is kept nowhere, shown in no frame, and read by no other site. */
const ALWAYS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

/** Returns an answer in one sentence. */
export function refusal(status: Answer['status'], sentence: string, fields: Answer['fields'] = {}): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: `${sentence}\n`, fields };
}

/** How an answer is sent. */
export interface Sending {
  /** The time of day, in milliseconds since 1970; left out where it is not known. */
  readonly now?: number;
  /** Whether the connection closes behind it. */
  readonly last: boolean;
  /** Whether the head alone is asked for. */
  readonly bodiless?: boolean;
}

/** Returns the text of an answer. */
export function encode({ status, type, body, fields = {} }: Answer, { now, last, bodiless = false }: Sending): string {
  const all = {
    ...(now === undefined ? {} : { Date: new Date(now).toUTCString() }),
    ...ALWAYS,
    'Content-Type': type,
    ...(body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }),
    ...fields,
    ...(last ? { Connection: 'close' } : {}),
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${REASONS[status]}\r\n${lines.join('')}\r\n${bodiless ? '' : (body ?? '')}`;
}
