// One recording as the carrier makes it: it ends by silence, by a key, or when it is long enough.

import { FRAME, RATE, level } from "./mulaw.js";

const VOICE_DB = -42; // louder is a voice; a quiet room on a telephone line lies below -55
const VOICED_FRAMES = 5; // 100 ms: a click is no voice

export class Recording {
  /** `pause`: seconds of silence that end it; `longest`: seconds. */
  constructor({ pause, longest }) {
    this.pause = pause;
    this.longest = longest;
    this.frames = [];
    this.quiet = 0;
    this.loud = 0;
    this.key = "";
    this.ended = new Promise((end) => { this.finish = end; });
  }

  get voiced() {
    return this.loud >= VOICED_FRAMES;
  }

  hear(frame) {
    this.frames.push(frame);
    const voice = level(frame) > VOICE_DB;
    if (voice) this.loud += 1;
    this.quiet = voice ? 0 : this.quiet + 1;
    const seconds = FRAME / RATE;
    if (this.quiet * seconds >= this.pause || this.frames.length * seconds >= this.longest) this.finish();
  }

  end(key) {
    this.key = key;
    this.finish();
  }

  bytes() {
    const all = new Uint8Array(this.frames.length * FRAME);
    this.frames.forEach((frame, index) => all.set(frame, index * FRAME));
    return all;
  }
}
