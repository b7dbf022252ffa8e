// Repeats a draw from its file, in the reader's own browser: docs/draw-v1.md. Written apart from the box office's own
// code, as a second opinion. It works in slices and asks nobody anything.
import * as format from "./draw_format.js";
import { digest, leafHash, node, treeRoot } from "./draw_hashes.js";
import { drawOrder, drawPrizes } from "./draw_shuffle.js";

export { Refused } from "./draw_format.js";

const { canonical, hex, need, unhex, utf8 } = format;
const SLICE_MS = 24; // short enough to scroll, long enough against the 4 ms that a browser adds to each pause
const STEPS_PER_LOOK = 256;
const PARTS = { commitment: "commitment", list_hash: "list", seed: "result", merkle_root: "tree", result: "result" };

// What the file of a draw says, if all of it holds; else throws Refused with a sentence. `published` may have the
// commitment, listHash and merkleRoot that were published at the time; `progress(done, total)` is told how far it is.
// The refusal's `part` says which check failed.
export async function verifyBundle(bytes, { published = {}, progress } = {}) {
  try {
    return await inSlices(verifying(bytes, published), progress);
  } catch (error) {
    if (error instanceof format.Refused) throw error;
    throw new format.Refused("The file is not a record of a draw.");
  }
}

// Whether the siblings in `path`, lowest first, lead from one instant ticket to the root; hashes are in hexadecimal.
// `leaf` is {commitment, size, position, prize, salt}; prize 0 is none, else it counts the published tiers from 1.
export function verifyTicket(leaf, path, root) {
  if (!format.isTicket(leaf, path, root)) return false;
  let found = leafHash(unhex(leaf.commitment), leaf.size)(leaf.position, leaf.prize, unhex(leaf.salt));
  const siblings = path.map(unhex);
  for (let at = leaf.position - 1, width = leaf.size; width > 1; at >>= 1, width = (width + 1) >> 1) {
    if ((at ^ 1) >= width) continue; // without a sibling it moves up as it is
    if (!siblings.length) return false;
    found = at & 1 ? node(siblings.shift(), found) : node(found, siblings.shift());
  }
  return !siblings.length && hex(found) === root;
}

export function* verifying(bytes, published) {
  const file = format.readFile(bytes);
  format.checkBundle(file);
  comparePublished(file, published);
  yield { total: unitsOf(file) };
  const claims = yield* drawing(file);
  for (const name in claims) {
    const [wanted, got] = [file[name], claims[name]];
    const sentence = `The ${name} in the file does not follow from the rest.`;
    need(canonical(got) === canonical(wanted), sentence, PARTS[name], { wanted, got });
  }
  const { digest: claimed, ...rest } = file;
  need(claimed === hex(yield* digest("bundle", utf8(canonical(rest)))), "The digest of the file is another one.");
  return file;
}

function comparePublished(file, published) {
  const names = { commitment: "commitment", listHash: "list_hash", merkleRoot: "merkle_root" };
  for (const name in names) {
    const got = file[names[name]];
    const wanted = published[name]?.trim().toLowerCase() ?? got;
    const part = name === "commitment" ? "published" : PARTS[names[name]];
    need(wanted === got, `The ${names[name]} is not the one that was published.`, part, { wanted, got });
  }
}

export function* drawing({ batch, list, params, public: value, server_seed }) {
  const serverSeed = unhex(server_seed);
  const committed = yield* digest("commitment", serverSeed, utf8(batch), utf8(canonical(params)));
  const listHash = yield* digest("list", utf8(list.map((line) => `${line}\n`).join("")));
  const seed = yield* digest("seed", serverSeed, committed, utf8(canonical(value)), listHash);
  const isBallot = params.kind === "ballot";
  const drawn = yield* isBallot ? drawOrder(params, list, seed) : drawPrizes(params, list, seed);
  const hasTree = params.kind === "instant";
  const root = hasTree ? hex(yield* treeRoot(committed, serverSeed, drawn.prizes)) : "";
  const claims = { commitment: hex(committed), list_hash: hex(listHash), seed: hex(seed) };
  return { ...claims, merkle_root: root, result: drawn.result };
}

function unitsOf({ list, params }) {
  if (params.kind === "ballot") return 2 * list.length;
  return list.length + params.size * (params.kind === "instant" ? 2 : 1);
}

// Steps give how many units they did, the first one how many there will be (a weighted ballot has more).
async function inSlices(steps, progress) {
  let [done, total, pauseAt] = [0, 0, performance.now() + SLICE_MS];
  for (let count = 0; ; count++) {
    const { value, done: isOver } = steps.next();
    if (isOver) return value;
    if (value.total) total = value.total;
    else done += value;
    if (count % STEPS_PER_LOOK || performance.now() < pauseAt) continue;
    progress?.(Math.min(done, total), total);
    await new Promise((resume) => setTimeout(resume));
    pauseAt = performance.now() + SLICE_MS;
  }
}
