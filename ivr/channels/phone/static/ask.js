// What the page asks of the server: a trial, documents, sound, a voice.

export class Unreachable extends Error {} // the server is not there

export class Refused extends Error {
  /** The server said no; `message` is in Japanese and for the person. */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

async function request(url, options) {
  let response;
  try {
    response = await fetch(url, { cache: "default", credentials: "same-origin", ...options });
  } catch {
    throw new Unreachable();
  }
  if (response.ok) return response;
  let problem = null;
  try {
    problem = await response.json();
  } catch {
    // not one of our answers
  }
  throw new Refused(problem?.error ?? "failed", problem?.message ?? "");
}

function json(value) {
  return { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(value) };
}

/** A trial {id, sid, origin} as wished. Throws Unreachable, Refused. */
export async function begin(wish) {
  return (await request("/phone/trials", json(wish))).json();
}

export class Ask {
  constructor(origin) {
    this.origin = origin;
  }

  post(url, fields) {
    return request(url, { method: "POST", body: new URLSearchParams(fields) });
  }

  /** A TwiML document: {verbs, url}. */
  async document(url, fields) {
    const text = await (await this.post(url, fields)).text();
    const root = new DOMParser().parseFromString(text, "text/xml").documentElement;
    if (root.tagName !== "Response") throw new Refused("no_document", "");
    return { verbs: [...root.children], url };
  }

  async sound(url) {
    return (await request(url)).arrayBuffer();
  }

  /** Typed words in a caller's voice: µ-law. */
  async speech(text) {
    return new Uint8Array(await (await request(`${this.origin}/say`, json({ text }))).arrayBuffer());
  }

  /** The fields of a recording that the carrier keeps. */
  async kept(bytes) {
    const options = { method: "POST", headers: { "Content-Type": "audio/basic" }, body: bytes };
    return (await request(`${this.origin}/recording`, options)).json();
  }
}
