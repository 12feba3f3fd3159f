// Makes a PNG smaller: 256 colours instead of 16 million.
import { Buffer } from 'node:buffer';
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const COLOURS = 256;
/** The bits of each channel that tell colours apart at first: what differs in less is one colour. */
const KEPT = 0xfc;

/** Returns the picture with a palette of its most frequent colours; any other pixel gets the nearest of them. Takes 8 bits RGB or RGBA. */
export function withPalette(png) {
  const { width, height, channels, pixels } = decode(png);
  const counts = new Map();
  const keyAt = (at) => ((pixels[at] & KEPT) << 16) | ((pixels[at + 1] & KEPT) << 8) | (pixels[at + 2] & KEPT);
  for (let at = 0; at < pixels.length; at += channels) {
    const colour = counts.get(keyAt(at));
    if (colour === undefined) counts.set(keyAt(at), { count: 1, rgb: [pixels[at], pixels[at + 1], pixels[at + 2]] });
    else colour.count += 1;
  }
  const frequent = [...counts.values()].sort((one, two) => two.count - one.count);
  const palette = frequent.slice(0, COLOURS).map(({ rgb }) => rgb);
  const places = new Map([...counts].map(([key, { rgb }]) => [key, nearest(palette, rgb)]));
  const rows = Buffer.alloc((width + 1) * height);
  for (let at = 0, pixel = 0; at < pixels.length; at += channels, pixel += 1)
    rows[pixel + Math.floor(pixel / width) + 1] = places.get(keyAt(at));
  return encode(width, height, palette, rows);
}

function nearest(palette, [red, green, blue]) {
  const distances = palette.map(([r, g, b]) => (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2);
  return distances.indexOf(Math.min(...distances));
}

/** The pixels of a PNG that is not interlaced. */
function decode(png) {
  const parts = [];
  const [width, height, channels] = [png.readUInt32BE(16), png.readUInt32BE(20), png[25] === 6 ? 4 : 3];
  for (let at = 8; at < png.length; at += png.readUInt32BE(at) + 12)
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
      parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  const data = inflateSync(Buffer.concat(parts));
  const stride = width * channels;
  const pixels = Buffer.alloc(stride * height);
  for (let row = 0; row < height; row += 1) {
    const filter = data[row * (stride + 1)];
    for (let x = 0; x < stride; x += 1) {
      const at = row * stride + x;
      const left = x < channels ? 0 : pixels[at - channels];
      const up = row === 0 ? 0 : pixels[at - stride];
      const corner = x < channels || row === 0 ? 0 : pixels[at - stride - channels];
      pixels[at] = data[at + row + 1] + [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
    }
  }
  return { width, height, channels, pixels };
}

/** The predictor of PNG's fourth filter. */
function paeth(left, up, corner) {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

function encode(width, height, palette, rows) {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3], 8);
  const data = deflateSync(rows, { level: 9 });
  const parts = [chunk('IHDR', head), chunk('PLTE', Buffer.from(palette.flat())), chunk('IDAT', data), chunk('IEND')];
  return Buffer.concat([SIGNATURE, ...parts]);
}

function chunk(name, data = Buffer.alloc(0)) {
  const whole = Buffer.alloc(data.length + 12);
  whole.writeUInt32BE(data.length, 0);
  whole.write(name, 4, 'latin1');
  data.copy(whole, 8);
  whole.writeUInt32BE(crc32(whole.subarray(4, data.length + 8)), data.length + 8);
  return whole;
}
