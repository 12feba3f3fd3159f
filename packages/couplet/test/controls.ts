/** Every character that a terminal or a log might take for an order or a new line. */
export const CONTROLS: readonly string[] = [
  ...Array.from({ length: 0x20 }, (_, code) => code),
  ...Array.from({ length: 0x21 }, (_, code) => 0x7f + code),
  0x2028,
  0x2029,
].map((code) => String.fromCharCode(code));
