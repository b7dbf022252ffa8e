// The basket looks again when a tab wakes up, when its time is over, and offers more time near the end.
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

function secondsLeft(shown) {
  const at = Date.parse(shown.dataset.expiresAt || "");
  return Number.isNaN(at) ? null : Math.round((at - Date.now() - skew(shown)) / 1000);
}

// The server's clock, not ours: its seconds left when the basket was drawn, minus what passed here.
function skew(shown) {
  if (shown.drawnSkew === undefined) {
    const left = Number(shown.dataset.secondsLeft) * 1000;
    shown.drawnSkew = Date.parse(shown.dataset.expiresAt) - Date.now() - left;
  }
  return shown.drawnSkew;
}

function tick() {
  const shown = basket();
  const left = shown && secondsLeft(shown);
  if (left === null || left === undefined || shown.dataset.paying !== undefined) return;
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

function look() {
  lookedAt = Date.now();
  const shown = basket();
  const url = shown?.dataset.url;
  if (!url) return;
  if (shown.dataset.reload !== undefined) location.reload();
  else htmx.ajax("GET", url, { target: "#basket", swap: "outerHTML" });
}
