// The receiver: loudspeaker and microphone of this browser as a telephone line of µ-law bytes.

import { level } from "./mulaw.js";

const HEARING = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };

export class Line {
  /** Within the click: browsers let a page sound only because it was touched. */
  constructor() {
    this.context = new AudioContext({ latencyHint: "interactive" });
    this.onframe = () => {}; // 20 ms of the caller, 50 times a second
    this.onspeaking = () => {}; // whether the desk's voice sounds
    this.waiting = new Map(); // mark -> what is done when playing reaches it
    this.marks = 0;
    this.loudness = -60; // dB below full scale, of the last 20 ms said
  }

  /** Opens the loudspeaker and, if wanted, the microphone. Gives "on", "refused" or "off". */
  async open(microphone) {
    await this.context.audioWorklet.addModule(new URL("worklet.js", import.meta.url));
    this.node = new AudioWorkletNode(this.context, "telephone", { outputChannelCount: [1] });
    this.node.port.onmessage = ({ data }) => this.heard(data);
    this.node.connect(this.context.destination);
    await this.context.resume();
    if (!microphone) return "off";
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ audio: HEARING });
    } catch {
      return "refused"; // no device, or the person said no
    }
    this.context.createMediaStreamSource(this.stream).connect(this.node);
    return "on";
  }

  heard({ frame, mark, speaking }) {
    if (speaking !== undefined) this.onspeaking(speaking);
    if (frame) {
      this.loudness = level(frame);
      this.onframe(frame);
    }
    if (mark !== undefined) {
      this.waiting.get(mark)?.();
      this.waiting.delete(mark);
    }
  }

  /** Queues sound to be played. */
  play(bytes) {
    this.node.port.postMessage({ play: bytes });
  }

  /** Calls `reached` when everything queued so far was played, or cleared. */
  mark(reached) {
    this.marks += 1;
    this.waiting.set(this.marks, reached);
    this.node.port.postMessage({ mark: this.marks });
  }

  clear() {
    this.node.port.postMessage({ clear: true });
  }

  /** Says `bytes` in place of the microphone. */
  speak(bytes) {
    this.node.port.postMessage({ speak: bytes });
  }

  hush() {
    this.node.port.postMessage({ hush: true });
  }

  async close() {
    this.onframe = () => {};
    this.stream?.getTracks().forEach((track) => track.stop());
    this.node?.port.postMessage({ close: true });
    if (this.context.state !== "closed") await this.context.close();
  }
}
