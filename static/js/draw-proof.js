// The page on which a draw is checked: the reader's own browser repeats it from the published record.
import { bindOwnProof } from "./draw-proof-own.js";
import { checkAnswer } from "./draw-proof-ticket.js";
import { mark, say, showFailure, showProgress } from "./draw-proof-words.js";
import { Refused, verifyBundle } from "./draw_verifier.js";

const TRIES_LIMIT = 60;
const WAIT_SECONDS = 3;

const page = document.querySelector("[data-proof]");
const whole = document.querySelector("[data-whole]");
if (page) bindOwnProof(page);
if (whole) bindWhole();
else checkAnswer(page, null);

function bindWhole() {
  const start = whole.querySelector("[data-start]");
  start.querySelector("button").addEventListener("click", () => repeat(start));
  if (whole.dataset.startsItself === undefined) {
    start.hidden = false;
    checkAnswer(page, null);
  } else repeat(start);
}

async function repeat(start) {
  start.hidden = true;
  say(whole, { running: true, loading: true, away: false, failed: false });
  let bytes;
  try {
    bytes = await load(whole.dataset.url);
  } catch {
    say(whole, { running: false, away: true });
    start.hidden = false;
    return;
  }
  say(whole, { loading: false, "being-made": false, computing: true });
  await check(bytes);
}

async function check(bytes) {
  const began = performance.now();
  const published = { commitment: page.dataset.commitment };
  if (page.dataset.listHash) published.listHash = page.dataset.listHash;
  if (page.dataset.merkleRoot) published.merkleRoot = page.dataset.merkleRoot;
  try {
    const file = await verifyBundle(bytes, { published, progress: (done, total) => showProgress(whole, done, total) });
    comparePage(file);
    showPassed(file, (performance.now() - began) / 1000);
    checkAnswer(page, file);
  } catch (error) {
    showFailure(whole, error instanceof Refused ? error : new Refused("It could not be read."), bytes, published);
    checkAnswer(page, null);
  }
}

// What the verifier cannot know: the table that this page shows, and that no ticket was left out.
function comparePage({ list, params }) {
  const shown = JSON.parse(page.dataset.tiers).map(({ key, count }) => `${key} ${count}`).join();
  const promised = params.tiers.map(({ key, count }) => `${key} ${count}`).join();
  if (shown !== promised || params.size !== Number(page.dataset.size)) {
    throw new Refused("The table of prizes on this page is another one.", "prizes", { wanted: shown, got: promised });
  }
  let next = 1;
  for (const line of list) {
    const [first, count] = line.split(" ", 2).map(Number);
    if (first !== next) throw new Refused(`Ticket ${next} is in no line of the list.`, "list");
    next = first + count;
  }
}

function showPassed(file, seconds) {
  for (const step of whole.querySelectorAll("[data-check]")) {
    mark(step, "ok");
    const name = step.dataset.code;
    if (!name) continue;
    step.querySelector("[data-bytes]").textContent = file[name].match(/.{1,16}/g).join(" ");
    step.querySelector(".fp").hidden = false;
  }
  whole.querySelector('[data-slot="seconds"]').textContent = Math.max(0.1, seconds).toFixed(1);
  say(whole, { running: false, waits: false, done: true, "all-passed": true });
}

// A record that is made for the first time is not there at once.
async function load(url) {
  for (let tries = 0; tries < TRIES_LIMIT; tries++) {
    const answer = await fetch(url, { cache: "no-cache" });
    if (answer.ok) return new Uint8Array(await answer.arrayBuffer());
    if (answer.status !== 503) break;
    say(whole, { loading: false, "being-made": true });
    const seconds = Number(answer.headers.get("Retry-After")) || WAIT_SECONDS;
    await new Promise((resume) => setTimeout(resume, seconds * 1000));
  }
  throw new Error("no record");
}
