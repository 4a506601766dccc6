// G.711 µ-law, the sound of the telephone network (ITU-T G.711): floats within [-1, 1] <-> one byte a sample.

const BIAS = 0x84;
const LARGEST = 32635;

const DECODED = new Float32Array(256);
for (let code = 0; code < 256; code += 1) {
  const bits = ~code & 0xff;
  const magnitude = (((bits & 0x0f) << 3) + BIAS) << ((bits & 0x70) >> 4);
  DECODED[code] = ((bits & 0x80 ? BIAS - magnitude : magnitude - BIAS)) / 32768;
}

export const SILENCE = 0xff;
export const RATE = 8000; // samples a second
export const FRAME = 160; // bytes: 20 ms

export function decode(code) {
  return DECODED[code];
}

export function encode(value) {
  const sign = value < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.round(Math.abs(value) * 32768), LARGEST) + BIAS;
  const exponent = 31 - Math.clz32(magnitude) - 7;
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

/** The loudness of a frame, in dB below full scale. */
export function level(frame) {
  let power = 0;
  for (const code of frame) power += DECODED[code] ** 2;
  return 10 * Math.log10(power / frame.length + 1e-10);
}

/** The samples of a µ-law WAV, as bytes. Throws for another file. */
export function dataOf(wav) {
  const view = new DataView(wav);
  const name = (at) => String.fromCharCode(...new Uint8Array(wav, at, 4));
  let at = 12;
  while (at + 8 <= wav.byteLength) {
    const size = view.getUint32(at + 4, true);
    if (name(at) === "data") return new Uint8Array(wav, at + 8, Math.min(size, wav.byteLength - at - 8));
    at += 8 + size + (size % 2);
  }
  throw new Error("no WAV");
}
