// The carrier's part of one call: asks the desk for documents and walks them verb by verb, as Twilio does.
//
// What decides the course: a <Gather> without input falls through unless actionOnEmptyResult; a <Record> with nothing on
// it has no action; an <Enqueue> or <Dial> asks its action when the attempt is over; a document that runs out ends the
// call, which for this desk is always a fault. Verbs: twilio.com/docs/voice/twiml.

import { Ask, Refused, Unreachable } from "./ask.js";
import { dataOf } from "./mulaw.js";
import { Recording } from "./recording.js";
import { MediaStream } from "./stream.js";

const LETTERS_A_SECOND = 7; // ordinary Japanese telephone speech
const MOST_DOCUMENTS = 400;
const PLAN_B_S = 1.5; // before a webhook that did not arrive is sent again

class Left extends Error {} // the caller hung up: every wait ends with this

export class Fault extends Error {
  /** The desk did something no carrier could play; `code`: a key of the words. */
  constructor(code, detail = "") {
    super(code);
    this.code = code;
    this.detail = detail;
  }
}

export class Carrier {
  /**
   * `trial`: {id, sid, origin}; `line`: the receiver; `told(what, detail)`: what the page should show. `what` is one of
   * listening, speaking, recording, idle, read_aloud, wait_music, transferring, with_person.
   */
  constructor(trial, line, told) {
    this.trial = trial;
    this.line = line;
    this.told = told;
    this.ask = new Ask(trial.origin);
    this.left = new Promise((_, reject) => { this.leave = () => reject(new Left()); });
    this.left.catch(() => {});
    this.gone = false;
    this.keys = null; // who takes a pressed key now
    this.words = null; // who takes typed words as recognised text now
    this.recording = null;
    this.stream = null;
    this.spoken = []; // typed words nobody listened to yet
    this.choose = null;
  }

  /** From the answer to the end. Gives when the line is dead. Throws Fault, Unreachable. */
  async run() {
    try {
      let document = await this.document(`${this.trial.origin}/twilio/voice`, {});
      for (let count = 0; document !== null; count += 1) {
        if (count > MOST_DOCUMENTS) throw new Fault("ran_out");
        document = await this.walk(document);
      }
    } catch (error) {
      if (!(error instanceof Left)) throw error;
    } finally {
      this.line.clear();
      this.gone = true;
      await this.over();
    }
  }

  /** What Twilio's status callback tells. */
  async over() {
    try {
      await this.ask.post(`${this.trial.origin}/twilio/status`, { CallStatus: "completed" });
    } catch (error) {
      if (!(error instanceof Unreachable || error instanceof Refused)) throw error; // the trial may be gone already
    }
  }

  // --- the person at this end --------------------------------------------------------------------

  hangUp() {
    if (this.gone) return;
    this.gone = true;
    this.stream?.stop();
    this.leave();
  }

  key(digit) {
    if (this.stream) this.stream.key(digit);
    else this.keys?.(digit);
  }

  /** Typed words: to a recogniser of the carrier's as text, else in a caller's voice onto the line. */
  async say(text) {
    if (this.words) {
      this.words(text);
      return;
    }
    const speech = await this.ask.speech(text);
    if (this.stream || this.recording) this.line.speak(speech);
    else this.spoken.push(speech); // said while the desk still speaks: said when it listens
  }

  person(answered) {
    this.choose?.(answered);
  }

  // --- documents ---------------------------------------------------------------------------------

  async document(url, fields) {
    try {
      return await this.still(this.ask.document(url, fields));
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      await this.pause(PLAN_B_S);
      return this.still(this.ask.document(url, fields));
    }
  }

  async walk({ verbs, url }) {
    for (const verb of verbs) {
      const next = await this.verb(verb, url);
      if (next !== undefined) return next; // another document, or null: the end
    }
    throw new Fault("ran_out");
  }

  /** Another document, null for the end, undefined to go on with the next verb. */
  async verb(verb, url) {
    switch (verb.tagName) {
      case "Say":
      case "Play":
      case "Pause":
        await this.prompt(verb, url);
        return undefined;
      case "Gather":
        return this.gather(verb, url);
      case "Record":
        return this.record(verb, url);
      case "Connect":
        return this.connect(verb, url);
      case "Enqueue":
        return this.enqueue(verb, url);
      case "Dial":
        return this.dial(verb, url);
      case "Redirect":
        return this.document(new URL(verb.textContent.trim(), url).href, {});
      case "Hangup":
      case "Reject":
        return null;
      default:
        throw new Fault("unknown_verb", verb.tagName);
    }
  }

  action(verb, url, fields) {
    const action = verb.getAttribute("action");
    return action === null ? undefined : this.document(new URL(action, url).href, fields);
  }

  // --- what is heard -----------------------------------------------------------------------------

  async prompt(verb, url) {
    if (verb.tagName === "Pause") {
      await this.pause(Number(verb.getAttribute("length") ?? 1));
    } else if (verb.tagName === "Say") {
      this.told("read_aloud", verb.textContent);
      await this.pause(Math.max(1, verb.textContent.length / LETTERS_A_SECOND));
    } else {
      this.line.play(dataOf(await this.still(this.ask.sound(new URL(verb.textContent.trim(), url).href))));
      await this.still(new Promise((played) => this.line.mark(played)));
    }
  }

  // --- replies -----------------------------------------------------------------------------------

  async gather(verb, url) {
    const listens = (verb.getAttribute("input") ?? "dtmf").split(" ");
    const finish = verb.getAttribute("finishOnKey") ?? "#";
    const most = Number(verb.getAttribute("numDigits") ?? 100);
    const patience = Number(verb.getAttribute("timeout") ?? 5);
    let digits = "";
    const done = settled();
    let timer = null;
    const wait = () => { clearTimeout(timer); timer = setTimeout(() => done.resolve({}), patience * 1000); };
    const pressed = settled(); // a key stops the prompt
    this.keys = (digit) => {
      pressed.resolve();
      this.line.clear();
      if (finish.includes(digit)) done.resolve({});
      else digits += digit;
      if (digits.length >= most) done.resolve({});
      wait();
    };
    if (listens.includes("speech")) this.words = (text) => done.resolve({ SpeechResult: text, Confidence: "0.9" });
    try {
      for (const prompt of verb.children) {
        await this.still(Promise.race([this.prompt(prompt, url), pressed.promise, done.promise]));
      }
      this.told("listening");
      wait();
      const heard = await this.still(done.promise);
      if (digits) return this.action(verb, url, { Digits: digits });
      if (heard.SpeechResult) return this.action(verb, url, { SpeechResult: heard.SpeechResult });
      return verb.getAttribute("actionOnEmptyResult") === "true" ? this.action(verb, url, {}) : undefined;
    } finally {
      clearTimeout(timer);
      this.keys = this.words = null;
      this.line.clear();
      this.told("idle");
    }
  }

  async record(verb, url) {
    const recording = new Recording({
      pause: Number(verb.getAttribute("timeout") ?? 5),
      longest: Number(verb.getAttribute("maxLength") ?? 3600),
    });
    const finish = verb.getAttribute("finishOnKey") ?? "1234567890*#";
    this.recording = recording;
    this.keys = (digit) => { if (finish.includes(digit)) recording.end(digit); };
    this.line.onframe = (frame) => recording.hear(frame);
    this.told("recording");
    for (const speech of this.spoken.splice(0)) this.line.speak(speech);
    try {
      await this.still(recording.ended);
    } catch (error) {
      if (error instanceof Left) await this.kept(verb, url, recording, "hangup");
      throw error;
    } finally {
      this.recording = this.keys = null;
      this.line.onframe = () => {};
      this.line.hush();
      this.told("idle");
    }
    return this.kept(verb, url, recording, recording.key);
  }

  /** The recording goes to the desk. One on which nobody spoke has no action. */
  async kept(verb, url, recording, digits) {
    if (!recording.voiced) return undefined;
    const fields = await this.ask.kept(recording.bytes());
    const action = new URL(verb.getAttribute("action") ?? "", url).href;
    return this.ask.document(action, { ...fields, ...(digits ? { Digits: digits } : {}) });
  }

  async connect(verb, url) {
    const stream = verb.querySelector("Stream");
    if (stream === null) throw new Fault("unknown_verb", "Connect");
    const parameters = {};
    for (const each of stream.querySelectorAll("Parameter")) parameters[each.getAttribute("name")] = each.getAttribute("value");
    this.stream = new MediaStream(this.line, this.trial.sid, parameters);
    this.told("speaking");
    const closed = this.stream.run(stream.getAttribute("url"));
    for (const speech of this.spoken.splice(0)) this.line.speak(speech);
    try {
      await this.still(closed);
    } finally {
      this.stream = null;
      this.told("idle");
    }
    return this.action(verb, url, {});
  }

  // --- people ------------------------------------------------------------------------------------

  async enqueue(verb, url) {
    const began = performance.now();
    const waited = () => String(Math.round((performance.now() - began) / 1000));
    const answered = this.choice();
    const left = this.waiting(verb, url, waited).then(() => "left");
    const result = await this.still(Promise.race([answered, left])).finally(() => { this.choose = null; this.line.clear(); });
    if (result === true) {
      // The queue asks the desk before it joins the two; the address is the one the desk gives to those who answer.
      await this.ask.document(new URL(verb.getAttribute("action"), url).href.replace("/queue/", "/bridge/"), {});
      await this.talk();
      return this.action(verb, url, { QueueResult: "bridged", QueueTime: waited() });
    }
    return this.action(verb, url, { QueueResult: "leave", QueueTime: waited() });
  }

  /** What a waiting caller hears, again and again, until a document says <Leave>. */
  async waiting(verb, url, waited) {
    const address = verb.getAttribute("waitUrl");
    while (address !== null && this.choose !== null) {
      const fields = { QueuePosition: "1", QueueTime: waited() };
      const document = await this.ask.document(new URL(address, url).href, fields);
      this.told("wait_music");
      for (const each of document.verbs) {
        if (each.tagName === "Leave" || this.choose === null) return;
        await this.prompt(each, document.url);
      }
    }
  }

  async dial(verb, url) {
    const answered = await this.still(this.choice()).finally(() => { this.choose = null; });
    if (!answered) return this.action(verb, url, { DialCallStatus: "no-answer" });
    await this.talk();
    return this.action(verb, url, { DialCallStatus: "completed", DialBridged: "true" });
  }

  choice() {
    const chosen = settled();
    this.choose = chosen.resolve;
    this.told("transferring");
    return chosen.promise;
  }

  /** With a person, until the page says that the talk is over. */
  async talk() {
    const over = settled();
    this.choose = over.resolve;
    this.told("with_person");
    await this.still(over.promise);
    this.choose = null;
    this.told("idle");
  }

  // --- waiting -----------------------------------------------------------------------------------

  /** `promise`, unless the caller leaves. */
  still(promise) {
    return Promise.race([promise, this.left]);
  }

  pause(seconds) {
    return this.still(new Promise((over) => setTimeout(over, seconds * 1000)));
  }
}

function settled() {
  let resolve;
  const promise = new Promise((done) => { resolve = done; });
  return { promise, resolve };
}
