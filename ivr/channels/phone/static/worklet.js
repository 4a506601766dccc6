// The telephone line, in the audio thread: microphone -> µ-law frames of 20 ms, queued µ-law -> loudspeaker, marks.
//
// Everything keeps the time of the sound card: 160 bytes leave every 20 ms, whether anybody speaks or not.

import { FRAME, RATE, SILENCE, decode, encode } from "./mulaw.js";
import { Resampler } from "./resampler.js";

const NOISE = 4 / 32768; // of a quiet room: a line is never quite dead
const STEP = 8; // samples of the line taken at once for playing

class Bytes {
  // What is still to be played or said, first in, first out.
  constructor() {
    this.parts = [];
    this.at = 0;
  }

  get empty() {
    return this.parts.length === 0;
  }

  add(part) {
    if (part.length > 0) this.parts.push(part);
  }

  next() {
    const first = this.parts[0];
    const value = first[this.at];
    this.at += 1;
    if (this.at === first.length) {
      this.parts.shift();
      this.at = 0;
    }
    return value;
  }

  clear() {
    const left = this.parts.reduce((sum, part) => sum + part.length, 0) - this.at;
    this.parts = [];
    this.at = 0;
    return left;
  }
}

class Telephone extends AudioWorkletProcessor {
  constructor() {
    super();
    this.toLine = new Resampler(sampleRate, RATE);
    this.fromLine = new Resampler(RATE, sampleRate);
    this.playing = new Bytes();
    this.queued = 0; // bytes that were ever queued for playing
    this.played = 0; // bytes that left the queue, played or cleared
    this.marks = [];
    this.speech = new Bytes(); // what is said in place of the microphone
    this.frame = new Uint8Array(FRAME);
    this.filled = 0;
    this.ready = []; // samples at the card's rate, not handed out yet
    this.step = new Float32Array(STEP);
    this.nothing = new Float32Array(128);
    this.speaking = false;
    this.over = false;
    this.port.onmessage = ({ data }) => this.order(data);
  }

  order(data) {
    if (data.play) {
      this.playing.add(data.play);
      this.queued += data.play.length;
    }
    if (data.mark !== undefined) {
      this.marks.push({ at: this.queued, name: data.mark });
      this.reach();
    }
    if (data.clear) {
      this.played += this.playing.clear();
      this.reach();
    }
    if (data.speak) this.speech.add(data.speak);
    if (data.hush) this.speech.clear();
    if (data.close) this.over = true;
  }

  reach() {
    while (this.marks.length > 0 && this.marks[0].at <= this.played) {
      this.port.postMessage({ mark: this.marks.shift().name });
    }
  }

  process(inputs, outputs) {
    this.play(outputs[0]);
    if (this.speaking === this.playing.empty) {
      this.speaking = !this.playing.empty;
      this.port.postMessage({ speaking: this.speaking });
    }
    const heard = inputs[0][0] ?? this.nothing;
    this.toLine.push(heard, (sample) => this.say(sample));
    return !this.over;
  }

  play(channels) {
    const wanted = channels[0].length;
    while (this.ready.length < wanted) {
      for (let index = 0; index < STEP; index += 1) {
        this.step[index] = this.playing.empty ? 0 : decode(this.playing.next());
        if (this.played < this.queued) this.played += 1;
      }
      this.fromLine.push(this.step, (sample) => this.ready.push(sample));
    }
    const samples = this.ready.splice(0, wanted);
    for (const channel of channels) channel.set(samples);
    if (this.marks.length > 0) this.reach();
  }

  say(sample) {
    let code;
    if (!this.speech.empty) code = this.speech.next();
    else code = encode(Math.max(-1, Math.min(1, sample + (Math.random() - 0.5) * NOISE)));
    this.frame[this.filled] = code ?? SILENCE;
    this.filled += 1;
    if (this.filled === FRAME) {
      this.port.postMessage({ frame: this.frame.slice() });
      this.filled = 0;
    }
  }
}

registerProcessor("telephone", Telephone);
