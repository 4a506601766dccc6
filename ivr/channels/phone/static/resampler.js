// Changes the sample rate of a running sound: a windowed sinc, one row of coefficients for every phase.

const CROSSINGS = 10; // zero crossings of the sinc on either side
const EDGE = 0.45; // of the lower rate: what lies above is taken away, so that nothing folds back

function gcd(a, b) {
  return b === 0 ? a : gcd(b, a % b);
}

export class Resampler {
  /** `from`, `to`: samples a second (Hz), whole numbers. */
  constructor(from, to) {
    const common = gcd(from, to);
    this.up = to / common;
    this.down = from / common;
    const cutoff = (EDGE * Math.min(from, to)) / from; // cycles an input sample
    this.half = Math.ceil(CROSSINGS / (2 * cutoff));
    this.taps = 2 * this.half;
    this.rows = [];
    for (let phase = 0; phase < this.up; phase += 1) {
      this.rows.push(this.row(phase / this.up, cutoff));
    }
    this.kept = new Float32Array(8192);
    this.length = this.taps; // silence before the beginning
    this.at = 0; // input sample the next output begins at
    this.phase = 0;
  }

  row(fraction, cutoff) {
    const row = new Float32Array(this.taps);
    let sum = 0;
    for (let tap = 0; tap < this.taps; tap += 1) {
      const t = tap - this.half + 1 - fraction;
      const x = 2 * Math.PI * cutoff * t;
      const window = 0.5 + 0.5 * Math.cos((Math.PI * t) / this.half);
      row[tap] = (x === 0 ? 1 : Math.sin(x) / x) * window;
      sum += row[tap];
    }
    return row.map((value) => value / sum);
  }

  /** Takes `samples`, calls `out(sample)` for every sample at the new rate. */
  push(samples, out) {
    this.kept.set(samples, this.length);
    this.length += samples.length;
    while (this.at + this.taps <= this.length) {
      const row = this.rows[this.phase];
      let value = 0;
      for (let tap = 0; tap < this.taps; tap += 1) value += row[tap] * this.kept[this.at + tap];
      out(value);
      this.phase += this.down;
      this.at += Math.floor(this.phase / this.up);
      this.phase %= this.up;
    }
    this.kept.copyWithin(0, this.at, this.length);
    this.length -= this.at;
    this.at = 0;
  }
}
