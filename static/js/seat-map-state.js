// One poll for the page: what changed since the version we know, and what to say without an answer.
import { fill } from "./seat-map-seats.js";
import { say } from "./steppers.js";

const EVERY_MS = 2_000;
const HIDDEN_EVERY_MS = 15_000;
const SLOWEST_MS = 15_000;
const JITTER = 0.15;
const GIVE_UP_MS = 6_000;

export function followState(root, words, changed) {
  const lost = root.querySelector("[data-map-lost]");
  let version = root.dataset.version;
  let asOf = new Date();
  let failures = 0;
  let timer;
  let running = false;

  async function look() {
    clearTimeout(timer);
    if (running) return;
    running = true;
    let wait = document.hidden ? HIDDEN_EVERY_MS : EVERY_MS;
    try {
      const url = `${root.dataset.stateUrl}?since=${encodeURIComponent(version)}`;
      const answer = await fetch(url, { signal: AbortSignal.timeout(GIVE_UP_MS) });
      if (!answer.ok) throw Object.assign(new Error(), { after: answer.headers.get("Retry-After") });
      const state = await answer.json();
      version = state.version;
      root.dataset.version = version;
      changed(state);
      found();
    } catch (error) {
      failures += 1;
      wait = Math.max((Number(error.after) || 0) * 1000, Math.min(SLOWEST_MS, EVERY_MS * failures));
      if (failures > 1 && !document.hidden) miss();
    }
    running = false;
    timer = setTimeout(look, wait * (1 + JITTER * (2 * Math.random() - 1)));
  }

  function found() {
    asOf = new Date();
    failures = 0;
    if (lost.hidden) return;
    lost.hidden = true;
    say(words.back);
  }

  function miss() {
    if (!lost.hidden) return;
    const time = asOf.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    lost.querySelector("span").textContent = fill(words.lost, { time });
    lost.hidden = false;
    say(lost.textContent.trim());
  }

  document.addEventListener("visibilitychange", () => document.hidden || look());
  window.addEventListener("online", look);
  window.addEventListener("pageshow", (event) => event.persisted && look());
  timer = setTimeout(look, EVERY_MS * Math.random());
  return look;
}
