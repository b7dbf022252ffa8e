// What the page says about one ticket, held against the record or the ticket's own path.
import { say } from "./draw-proof-words.js";
import { verifyTicket } from "./draw_verifier.js";

// `file` is a record that was checked; without one only the path of an instant ticket can be followed.
export async function checkAnswer(page, file) {
  const answer = page?.querySelector("[data-answer]");
  if (!answer) return;
  const [position, prize] = [Number(answer.dataset.position), Number(answer.dataset.prize)];
  const part = document.getElementById("one");
  if (file) {
    const found = 1 + file.result.findIndex((positions) => positions.includes(position));
    say(part, { confirmed: found === prize, denied: found !== prize });
    if (found !== prize) return;
  }
  if (answer.dataset.pathUrl) await followPath(page, answer, part, { position, prize });
}

async function followPath(page, answer, part, { position, prize }) {
  let proof;
  try {
    const told = await fetch(answer.dataset.pathUrl);
    if (!told.ok) return;
    proof = await told.json();
  } catch {
    return;
  }
  const holds = isProofOf(page, proof) && proof.position === position && proof.prize === prize;
  say(part, { "path-confirmed": holds, denied: !holds });
  if (!holds) return;
  const fold = answer.querySelector("[data-path]");
  fold.querySelector("[data-path-text]").textContent = pathText(proof);
  fold.hidden = false;
}

// Whether a ticket's proof leads to the root that was published for this batch.
export function isProofOf(page, { commitment, size, position, prize, salt, path, merkle_root: root }) {
  if (commitment !== page.dataset.commitment || root !== page.dataset.merkleRoot) return false;
  if (size !== Number(page.dataset.size)) return false;
  return verifyTicket({ commitment, size, position, prize, salt }, path, root);
}

// The leaf, then each neighbour on the way up, and the root.
export function pathText({ position, prize, salt, size, path, merkle_root: root }) {
  const lines = [`leaf   ${position}  ${prize}  salt ${salt}`];
  let step = 0;
  for (let at = position - 1, width = size; width > 1; at >>= 1, width = (width + 1) >> 1) {
    if ((at ^ 1) < width) lines.push(`${at & 1 ? "left " : "right"}  ${path[step++]}`);
  }
  return [...lines, `root   ${root}`].join("\n");
}
