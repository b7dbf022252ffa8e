// A buyer's own proof of a ticket, pasted or from a file: checked here and sent nowhere.
import { isProofOf, pathText } from "./draw-proof-ticket.js";
import { fill, say } from "./draw-proof-words.js";
import { readFile } from "./draw_format.js";

const NAMES = "commitment,merkle_root,path,position,prize,salt,size,version";
const DIGITS = 4;

export function bindOwnProof(page) {
  const form = page.querySelector("[data-own-proof]");
  if (!form) return;
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    show(page, form);
  });
}

async function show(page, form) {
  const part = document.getElementById("one");
  say(part, { "own-right": false, "own-unreadable": false, "own-wrong": false });
  const proof = await read(form);
  if (!proof) return say(part, { "own-unreadable": true });
  if (!isProofOf(page, proof)) return say(part, { "own-wrong": true });
  const right = part.querySelector('[data-say="own-right"]');
  const width = Math.max(DIGITS, page.dataset.size.length);
  const tier = JSON.parse(page.dataset.tiers)[proof.prize - 1];
  const prize = tier ? tier.name : part.querySelector('[data-say="own-none"]').textContent;
  fill(right, { position: String(proof.position).padStart(width, "0"), prize, path: pathText(proof) });
  say(part, { "own-right": true });
}

// The proof, or null for what is none. Spaces at the ends come with copying, and say nothing.
async function read(form) {
  const file = form.querySelector("[data-own-file]").files[0];
  const text = form.querySelector("[data-own-text]").value.trim();
  if (!text && !file) return null;
  try {
    const bytes = text ? new TextEncoder().encode(text) : new Uint8Array(await file.arrayBuffer());
    const proof = readFile(bytes);
    return Object.keys(proof).sort().join() === NAMES && proof.version === "draw/v1" ? proof : null;
  } catch {
    return null;
  }
}
