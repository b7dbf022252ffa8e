// Random numbers from a seed, the shuffle, and what is drawn with it.
import { readChances, readSold } from "./draw_format.js";
import { counted, VERSION } from "./draw_hashes.js";
import { keyed } from "./draw_sha256.js";

const WORD_LABEL = new TextEncoder().encode(VERSION);

// Words of 64 bits without end, each left in `high` and `low` by next().
export class Words {
  #left = 0;
  #count = 0;

  constructor(seed) {
    this.mac = keyed(seed);
    this.message = counted(WORD_LABEL);
  }

  next() {
    if (!this.#left) {
      this.block = new DataView(this.mac(this.message(this.#count++)).buffer);
      this.#left = 32;
    }
    this.high = this.block.getUint32(32 - this.#left);
    this.low = this.block.getUint32(36 - this.#left);
    this.#left -= 8;
  }
}

// A number below `end` (at most 2^32), each equally likely: words from the last, incomplete round of `end` are left out.
export function below(words, end) {
  do words.next();
  while (words.high === 0xffffffff && words.low >= 2 ** 32 - roundsRest(end));
  return remainder(words.high, words.low, end);
}

// 2^64 mod end
function roundsRest(end) {
  return remainder(remainder(1, 0, end), 0, end);
}

function remainder(high, low, end) {
  const half = ((high % end) * 65536 + (low >>> 16)) % end;
  return (half * 65536 + (low & 0xffff)) % end;
}

export function* shuffle(cells, words) {
  for (let last = cells.length - 1; last > 0; last--) {
    const other = below(words, last + 1);
    const cell = cells[last];
    cells[last] = cells[other];
    cells[other] = cell;
    yield 1;
  }
}

export function* drawPrizes(rules, lines, seed) {
  yield* readSold(rules, lines);
  const prizes = new Uint8Array(rules.size);
  let filled = 0;
  for (const [at, { count }] of rules.tiers.entries()) prizes.fill(at + 1, filled, (filled += count));
  yield* shuffle(prizes, new Words(seed));
  const result = rules.tiers.map(() => []);
  prizes.forEach((prize, at) => prize && result[prize - 1].push(at + 1));
  return { prizes, result };
}

export function* drawOrder(rules, lines, seed) {
  const chances = yield* readChances(rules, lines);
  yield* shuffle(chances, new Words(seed));
  return { result: [...new Set(chances)] };
}
