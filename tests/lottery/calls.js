// What the tests ask of the browser's verifier, by name, with plain values; see javascript.py.
import { canonical, hex, readFile, unhex, utf8 } from "./draw_format.js";
import { digest, treeRoot } from "./draw_hashes.js";
import { below, shuffle, Words } from "./draw_shuffle.js";
import { drawing, verifyBundle, verifyTicket } from "./draw_verifier.js";

const finished = (steps) => {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
};
const padded = (value) => value.toString(16).padStart(8, "0");
const TICKET = utf8('{"commitment":');
const labelled = (label, ...fields) => hex(finished(digest(label, ...fields)));

const calls = {
  stream({ seed, count }) {
    const words = new Words(unhex(seed));
    return Array.from({ length: count }, () => (words.next(), padded(words.high) + padded(words.low)));
  },
  below({ words, end }) {
    let at = 0;
    const source = {
      next() {
        this.high = parseInt(words[at].slice(0, 8), 16);
        this.low = parseInt(words[at++].slice(8), 16);
      },
    };
    return [below(source, end), at];
  },
  shuffle({ seed, size }) {
    const cells = Uint32Array.from({ length: size }, (_, at) => at);
    finished(shuffle(cells, new Words(unhex(seed))));
    return [...cells];
  },
  canonical: (value) => canonical(value),
  commitment: ({ server_seed, batch, params }) =>
    labelled("commitment", unhex(server_seed), utf8(batch), utf8(canonical(params))),
  list: ({ lines }) => labelled("list", utf8(lines.map((line) => `${line}\n`).join(""))),
  seed: ({ server_seed, commitment, public: value, list_hash }) =>
    labelled("seed", unhex(server_seed), unhex(commitment), utf8(canonical(value)), unhex(list_hash)),
  entry: ({ salt, id }) => labelled("entry", unhex(salt), utf8(id)),
  merkle: ({ commitment, server_seed, prizes }) =>
    hex(finished(treeRoot(unhex(commitment), unhex(server_seed), prizes))),
  draw: ({ bundle }) => finished(drawing(readFile(utf8(bundle)))),
  async judge(files, published) {
    const answers = [];
    for (const file of files) {
      const bytes = Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0));
      answers.push(await judged(bytes, published));
    }
    return answers;
  },
  async pauses(file) {
    const seen = [];
    let [before, longest] = [performance.now(), 0];
    const ticks = setInterval(() => {
      longest = Math.max(longest, performance.now() - before);
      before = performance.now();
    });
    const bytes = Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0));
    await verifyBundle(bytes, { progress: (done, total) => seen.push([done, total]) });
    clearInterval(ticks);
    return { longest, seen };
  },
  isSecure: () => Boolean(globalThis.crypto?.subtle),
};

async function judged(bytes, published) {
  try {
    if (isTicketFile(bytes)) return judgedTicket(readFile(bytes));
    const { result } = await verifyBundle(bytes, { published });
    return [true, JSON.stringify(result)];
  } catch (error) {
    return [false, `${error.constructor.name}: ${error.message}`];
  }
}

const isTicketFile = (bytes) => TICKET.every((byte, at) => byte === bytes[at]);

function judgedTicket({ path, merkle_root, version, ...leaf }) {
  return [version === "draw/v1" && verifyTicket(leaf, path, merkle_root), ""];
}

// Each call is [name, arguments…]; the answers come in the same order.
export async function answer(wanted) {
  const answers = [];
  for (const [name, ...values] of wanted) answers.push(await calls[name](...values));
  return answers;
}
