// The telephone itself: what is pressed and typed, and how the line stands. One call at a time.

import { Refused, Unreachable, begin } from "./ask.js";
import { Carrier, Fault } from "./carrier.js";
import { Events } from "./events.js";
import { Line } from "./line.js";
import { View } from "./view.js";

const at = (id) => document.getElementById(id);
const words = await (await fetch(new URL("words.json", import.meta.url))).json();
const view = new View(words);
let call = null; // {trial, line, carrier, events, began, timer, hint, listens}

function show(id, shown) {
  at(id).hidden = !shown;
}

function stands(line, hint) {
  at("line").textContent = words.line[line];
  if (hint) at("hint").textContent = words.line[hint];
}

function fail(id, message) {
  at(id).textContent = message ? `■ ${message}` : "";
  show(id, Boolean(message));
}

function told(error) {
  if (error instanceof Unreachable) return words.errors.unreachable;
  if (error instanceof Refused) return error.message || words.errors[error.code] || words.errors.failed;
  if (error instanceof Fault) return words.errors[error.code] + error.detail;
  return words.errors.failed;
}

function lasted(ms) {
  const seconds = Math.floor(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  return `${minutes ? minutes + words.units.minutes : ""}${seconds % 60}${words.units.seconds}`;
}

// --- calling ---------------------------------------------------------------------------------------

function wish() {
  return {
    at: at("at").value,
    dialled: document.querySelector("input[name=dialled]:checked").value,
    caller: at("withheld").checked ? "" : at("caller").value.trim() || "-",
  };
}

async function ring() {
  await leave();
  fail("wish-error", "");
  fail("banner", "");
  view.reset("dialling");
  stands("dialling", "connecting");
  at("call").disabled = true;
  const mine = { line: null, began: 0 };
  try {
    mine.line = new Line();
    mine.trial = await begin(wish());
    mine.events = new Events(mine.trial.origin, (event) => took(mine, event), (state) => connection(mine, state));
    call = mine;
    mine.hint = { on: "mic_on", refused: "mic_refused", off: "mic_off" }[await mine.line.open(at("microphone").checked)];
  } catch (error) {
    await leave();
    await mine.line?.close();
    view.reset("none");
    stands("idle", "ready");
    fail("wish-error", error instanceof Refused || error instanceof Unreachable ? told(error) : words.errors.no_worklet);
    return;
  } finally {
    at("call").disabled = false;
  }
  await talk(mine);
}

async function talk(mine) {
  mine.began = performance.now();
  mine.carrier = new Carrier(mine.trial, mine.line, (what, detail) => line(mine, what, detail));
  mine.timer = setInterval(() => { at("timer").textContent = lasted(performance.now() - mine.began); }, 500);
  mine.line.onspeaking = (speaking) => {
    if (call === mine && at("transfer").hidden) at("hint").textContent = words.line[speaking ? "speaking" : mine.listens ?? mine.hint];
  };
  inCall(true);
  stands("talking", mine.hint);
  try {
    await mine.carrier.run();
  } catch (error) {
    fail("banner", told(error));
  }
  clearInterval(mine.timer);
  await mine.line.close();
  if (call !== mine) return;
  inCall(false);
  stands("ended", "done");
}

function inCall(on) {
  const inside = at("incall").contains(document.activeElement) || at("wish").contains(document.activeElement);
  show("wish", !on);
  show("incall", on);
  show("transfer", false);
  show("level", on);
  fail("say-error", "");
  at("timer").textContent = "";
  if (inside) at(on ? "text" : "call").focus(); // what had the focus is hidden now
}

function line(mine, what, detail) {
  if (call !== mine) return;
  if (what === "transferring" || what === "with_person") {
    show("transfer", true);
    for (const id of ["answered", "nobody"]) show(id, what === "transferring");
    show("talked", what === "with_person");
    at("transfer-words").textContent = words.line[what === "transferring" ? "waits" : "person"];
    stands(what);
  } else if (what === "read_aloud") {
    view.add("note", `${words.log.read_aloud}：${detail}`);
  } else if (what === "wait_music") {
    at("hint").textContent = words.log.wait_music;
  } else {
    show("transfer", false);
    mine.listens = { recording: "recording", listening: "listening", speaking: "speaking" }[what];
    stands("talking", mine.listens);
  }
}

/** On live sound only the desk knows when its question is over: between two of its sentences the line is silent too. */
function took(mine, event) {
  view.took(event);
  const now = { turn: "speaking", listens: "listening", interrupted: "listening" }[event.kind];
  if (now && mine.carrier?.stream) line(mine, now);
}

function connection(mine, state) {
  if (call !== mine) return;
  if (state === "lost") fail("banner", words.server.lost);
  else if (state === "back") fail("banner", "");
  else if (mine.carrier && !mine.carrier.gone) {
    fail("banner", words.server.over);
    mine.carrier.hangUp();
  }
}

/** The trial goes, with everything of it. */
async function leave() {
  const mine = call;
  call = null;
  if (mine === null) return;
  mine.carrier?.hangUp();
  mine.events?.close();
  navigator.sendBeacon(`${mine.trial.origin}/end`);
  await mine.line.close();
}

// --- the person ------------------------------------------------------------------------------------

at("wish").addEventListener("submit", (event) => {
  event.preventDefault();
  ring();
});

at("withheld").addEventListener("change", () => { at("caller").disabled = at("withheld").checked; });

for (const button of document.querySelectorAll("[data-time]")) {
  button.addEventListener("click", () => {
    at("at").value = `${button.dataset.date ?? at("at").value.slice(0, 10)}T${button.dataset.time}`;
  });
}

function press(key) {
  const button = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  button.classList.add("pressed");
  setTimeout(() => button.classList.remove("pressed"), 150);
  call?.carrier?.key(key);
}

for (const button of document.querySelectorAll("[data-key]")) {
  button.addEventListener("click", () => press(button.dataset.key));
}

document.addEventListener("keydown", (event) => {
  const typing = event.target instanceof HTMLInputElement;
  if (!typing && !event.ctrlKey && !event.metaKey && !event.altKey && !at("incall").hidden && /^[0-9*#]$/.test(event.key)) press(event.key);
});

at("say").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = at("text").value.trim();
  fail("say-error", text ? "" : words.errors.no_text);
  if (!text || call === null) return;
  at("text").value = "";
  try {
    await call.carrier.say(text);
  } catch (error) {
    at("text").value = text;
    fail("say-error", told(error));
  }
});

at("answered").addEventListener("click", () => call?.carrier.person(true));
at("nobody").addEventListener("click", () => call?.carrier.person(false));
at("talked").addEventListener("click", () => call?.carrier.person(true));
at("hangup").addEventListener("click", () => call?.carrier.hangUp());

window.addEventListener("pagehide", () => { leave(); });
setInterval(() => {
  if (call !== null) at("level").value = call.line.loudness;
}, 100);
