// What the trial tells as it happens; comes back by itself when the server was lost, and misses nothing.

export class Events {
  /** `took(event)` for every event; `state("lost" | "back" | "over")` when the connection changes. */
  constructor(origin, took, state) {
    this.source = new EventSource(`${origin}/events`);
    this.lost = false;
    this.source.onmessage = ({ data }) => {
      const event = JSON.parse(data);
      took(event);
      if (event.kind === "over") this.close();
    };
    this.source.onopen = () => {
      if (this.lost) state("back");
      this.lost = false;
    };
    this.source.onerror = () => {
      if (this.source.readyState === EventSource.CLOSED) state("over"); // answered, but there is no such trial
      else if (!this.lost) state("lost");
      this.lost = true;
    };
  }

  close() {
    this.source.close();
  }
}
