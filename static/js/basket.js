// The basket looks again when a tab wakes up, when its time is over, and offers more time near the end.
import { secondsLeft } from "./countdown.js";
import { say } from "./steppers.js";

const OFFER_SECONDS = 180;
const WARN_SECONDS = 120;
const LOOK_AGAIN_AFTER_MS = 15_000;

let lookedAt = Date.now();
let warned = "";

export function bindBasket() {
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && Date.now() - lookedAt > LOOK_AGAIN_AFTER_MS) look();
  });
  window.addEventListener("pageshow", (event) => event.persisted && look());
  setInterval(tick, 1000);
}

function basket() {
  return document.getElementById("basket");
}

function tick() {
  const shown = basket();
  if (!shown?.dataset.expiresAt || shown.dataset.paying !== undefined) return;
  const left = secondsLeft(shown);
  if (left <= 0 && shown.dataset.over === undefined) {
    shown.dataset.over = "";
    look();
  }
  if (left <= OFFER_SECONDS) shown.querySelector("[data-extend]")?.classList.remove("later");
  if (left <= WARN_SECONDS && left > 0 && warned !== shown.dataset.expiresAt) {
    warned = shown.dataset.expiresAt;
    const note = shown.querySelector("[data-ending]");
    if (note) note.hidden = false;
    say(note?.textContent.trim() || "");
  }
}

export function look() {
  lookedAt = Date.now();
  const shown = basket();
  const url = shown?.dataset.url;
  if (!url) return;
  if (shown.dataset.reload !== undefined) location.reload();
  else htmx.ajax("GET", url, { target: "#basket", swap: "outerHTML" });
}
