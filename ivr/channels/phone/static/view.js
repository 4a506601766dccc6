// Shows what a trial tells: the conversation, what was understood and why, ticket and notice. Text only, never markup.

const EMPTY = "－";
const RULER = /^[=#-]{10,}$/gm; // of the printed notices
const STATE_MARKS = { urgent: "■", unsure: "▲", calm: "●" };
const STATE_LOOKS = { urgent: "urgent", unsure: "waiting", calm: "done" };

function at(id) {
  return document.getElementById(id);
}

function show(element, shown) {
  element.hidden = !shown;
}

export class View {
  constructor(words) {
    this.words = words;
    this.provisional = null;
  }

  /** Back to the empty page; `line`: how the line stands. */
  reset(line) {
    at("talk").replaceChildren();
    this.provisional = null;
    show(at("talk-empty"), true);
    for (const id of ["question", "ears", "language", "intent", "place", "phone"]) at(id).textContent = EMPTY;
    at("state").textContent = this.words.line[line];
    this.understood(null);
    show(at("ticket"), false);
    show(at("ticket-empty"), true);
    show(at("notice"), false);
    show(at("notice-empty"), true);
  }

  took(event) {
    const take = {
      turn: () => this.turn(event),
      heard: () => this.hearing(event.text),
      interrupted: () => this.add("note", this.words.log.interrupted),
      rings: () => this.add("note", this.words.log.rings),
      ticket: () => this.ticket(event),
      notice: () => this.notice(event.text),
    }[event.kind];
    take?.();
  }

  // --- the conversation ----------------------------------------------------------------------------

  turn({ event, meaning, lines, answer, call, time }) {
    this.hearing("");
    this.happened(event, time);
    for (const line of lines) this.add("desk", line);
    if (answer) this.add("note", this.words.tickets.answer + answer);
    if (meaning) this.understood(meaning);
    this.stands(call);
  }

  happened(event, time) {
    const { log, nobody } = this.words;
    switch (event.type) {
      case "Spoke": return this.add("caller", event.text, time);
      case "Pressed": return this.add("caller", log.pressed + event.keys, time);
      case "Arrived": return this.add("note", log.arrived, time);
      case "StayedSilent": return this.add("note", log.silent, time);
      case "LeftMessage": return this.add("note", log.left_message + event.seconds, time);
      case "EarsFailed": return this.add("note", log.ears_failed, time);
      case "SoundLost": return this.add("note", log.sound_lost, time);
      case "PersonAnswered": return this.add("note", log.person_answered, time);
      case "NobodyAnswered": return this.add("note", log.nobody_answered + (nobody[event.why] ?? nobody.error), time);
      case "TalkEnded": return this.add("note", log.talk_ended, time);
      case "HungUp": return this.add("note", log.hung_up, time);
      default: return undefined; // Connected: nothing to see
    }
  }

  /** What is being heard, before the turn is over. */
  hearing(text) {
    this.provisional?.remove();
    this.provisional = text ? this.add("caller hearing", text, "", this.words.log.hearing) : null;
  }

  add(who, text, time = "", name = "") {
    show(at("talk-empty"), false);
    const item = document.createElement("li");
    item.className = who;
    const head = document.createElement("span");
    head.className = "who";
    head.textContent = [name || this.words.log[who], time].filter(Boolean).join(" ");
    const body = document.createElement("span");
    body.className = "words";
    body.textContent = text;
    item.append(head, body);
    at("talk").append(item);
    at("scroll").scrollTop = at("scroll").scrollHeight;
    return item;
  }

  // --- what was understood -------------------------------------------------------------------------

  stands(call) {
    const { states, questions, ears, outcomes } = this.words;
    const end = call.outcome && call.state === "ended" ? outcomes[call.outcome] : null;
    at("state").textContent = [end ?? states[call.state], call.state === "waiting" ? call.desk : null].filter(Boolean).join("：");
    at("question").textContent = call.question ? questions[call.question] : EMPTY;
    at("ears").textContent = ears[call.ears];
    at("language").textContent = call.language;
    const report = call.report;
    if (!report) return;
    if (report.place) at("place").textContent = report.place;
    if (report.phone) at("phone").textContent = report.phone + (report.by_caller_id ? this.words.tickets.by_caller_id : "");
    if (report.urgent && report.category) this.urgent(report);
  }

  /** A report that counts as urgent stays so, whatever short reply came last. */
  urgent(report) {
    this.level("urgent", report.category);
    if (report.why.length > 0) this.reasons(report.why);
  }

  understood(meaning) {
    const { levels, redirects, intents, acts } = this.words;
    if (meaning === null) {
      at("level-badge").className = "badge idle";
      at("level-badge").textContent = this.words.levels.none;
      at("category").textContent = "";
      this.reasons([]);
      show(at("score-row"), false);
      show(at("class-empty"), true);
      at("class-panel").className = "panel";
      return;
    }
    const redirect = meaning.redirect ? redirects[meaning.redirect] : null;
    const telling = meaning.level !== "calm" || redirect || meaning.intent !== "unclear";
    if (telling) {
      this.level(meaning.level, redirect ?? meaning.category ?? "");
      this.reasons(meaning.why);
      show(at("score-row"), true);
      at("score").value = meaning.score;
      at("score-words").textContent = `${Math.round(meaning.score * 100)}%`;
      at("intent").textContent = intents[meaning.intent];
    } else if (meaning.act && at("intent").textContent === EMPTY) {
      at("intent").textContent = acts[meaning.act];
    }
    if (meaning.place) at("place").textContent = meaning.place;
    if (meaning.phone) at("phone").textContent = meaning.phone;
    at("level-badge").title = levels[meaning.level];
  }

  level(level, category) {
    at("level-badge").className = `badge ${STATE_LOOKS[level]}`;
    at("level-badge").textContent = `${STATE_MARKS[level]} ${this.words.levels[level]}`;
    at("category").textContent = category;
    at("class-panel").className = `panel ${level === "calm" ? "" : STATE_LOOKS[level]}`;
    show(at("class-empty"), false);
  }

  reasons(why) {
    at("why").replaceChildren(...why.map((reason) => {
      const item = document.createElement("li");
      item.textContent = reason;
      return item;
    }));
  }

  // --- ticket and notice ---------------------------------------------------------------------------

  ticket(ticket) {
    const { tickets } = this.words;
    show(at("ticket"), true);
    show(at("ticket-empty"), false);
    at("ticket-number").textContent = ticket.reference;
    this.badge("ticket-status", ticket.status !== "open", tickets[ticket.status]);
    this.badge("ticket-partial", !ticket.partial, ticket.partial ? tickets.partial : tickets.whole);
    at("ticket-class").textContent = ticket.category ?? tickets.unknown_class;
    at("ticket-place").textContent = (ticket.place ?? tickets.unknown) + (ticket.place && !ticket.place_sure ? tickets.unsure_place : "");
    at("ticket-phone").textContent = ticket.phone ? ticket.phone + (ticket.by_caller_id ? tickets.by_caller_id : "") : ticket.anonymous ? tickets.anonymous : tickets.unknown;
    at("ticket-situation").textContent = ticket.situation ?? tickets.unknown;
  }

  badge(id, done, words) {
    at(id).className = `badge ${done ? "done" : "waiting"}`;
    at(id).textContent = `${done ? "●" : "▲"} ${words}`;
  }

  notice(text) {
    at("notice").textContent = [at("notice").hidden ? "" : at("notice").textContent, text.replace(RULER, "").trim()].filter(Boolean).join("\n\n");
    show(at("notice"), true);
    show(at("notice-empty"), false);
  }
}
