// Media Streams, the carrier's end: frames out, sound, marks and `clear` in.
// Source: twilio.com/docs/voice/media-streams/websocket-messages. Numbers travel as strings.

function base64(bytes) {
  return btoa(String.fromCharCode(...bytes));
}

function bytesOf(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

function randomSid(letters) {
  return letters + [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class MediaStream {
  /** `parameters`: what <Parameter> gave; `callSid`: which call. */
  constructor(line, callSid, parameters) {
    this.line = line;
    this.callSid = callSid;
    this.parameters = parameters;
    this.sid = randomSid("MZ");
    this.sequence = 0;
    this.chunk = 0;
  }

  /** Until either side closes. Never throws: the desk says how to go on. */
  run(url) {
    return new Promise((ended) => {
      this.socket = new WebSocket(url);
      this.socket.onopen = () => this.begin();
      this.socket.onmessage = ({ data }) => this.take(JSON.parse(data));
      this.socket.onclose = () => {
        this.line.onframe = () => {};
        this.line.clear();
        this.line.hush();
        ended();
      };
    });
  }

  begin() {
    this.socket.send(JSON.stringify({ event: "connected", protocol: "Call", version: "1.0.0" }));
    this.send("start", {
      accountSid: "",
      streamSid: this.sid,
      callSid: this.callSid,
      tracks: ["inbound"],
      mediaFormat: { encoding: "audio/x-mulaw", sampleRate: 8000, channels: 1 },
      customParameters: this.parameters,
    });
    this.line.onframe = (frame) => this.hear(frame);
  }

  hear(frame) {
    const timestamp = String(this.chunk * 20);
    this.chunk += 1;
    this.send("media", { track: "inbound", chunk: String(this.chunk), timestamp, payload: base64(frame) });
  }

  take(message) {
    if (message.event === "media") this.line.play(bytesOf(message.media.payload));
    if (message.event === "mark") this.line.mark(() => this.send("mark", { name: message.mark.name }));
    if (message.event === "clear") this.line.clear();
  }

  key(digit) {
    this.send("dtmf", { track: "inbound_track", digit });
  }

  /** The caller leaves. */
  stop() {
    this.send("stop", { accountSid: "", callSid: this.callSid });
    this.socket?.close(1000);
  }

  send(event, content) {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    this.sequence += 1;
    this.socket.send(
      JSON.stringify({ event, sequenceNumber: String(this.sequence), [event]: content, streamSid: this.sid }),
    );
  }
}
