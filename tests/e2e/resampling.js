// [samples, loudness] of a second of tones: 1 kHz and 5 kHz taken to 8 kHz, 1 kHz taken from 8 kHz to `rate`.
async (rate) => {
  const { Resampler } = await import("/phone/static/resampler.js");
  const loud = (hertz, from, to) => {
    const change = new Resampler(from, to);
    const out = [];
    for (let at = 0; at < from; at += 128) {
      const tone = Float32Array.from({ length: 128 }, (_, i) => Math.sin((2 * Math.PI * hertz * (at + i)) / from));
      change.push(tone, (sample) => out.push(sample));
    }
    const part = out.slice(1000);
    return [out.length, Math.sqrt((2 * part.reduce((sum, v) => sum + v * v, 0)) / part.length)];
  };
  return [loud(1000, rate, 8000), loud(5000, rate, 8000), loud(1000, 8000, rate)];
}
