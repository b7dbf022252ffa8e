// The file of a draw as docs/draw-v1.md writes it: one way only, and nothing in it that is not known.
export const LARGEST_COUNT = 10_000_000;
const LARGEST_FILE_BYTES = 256 * 1024 * 1024;
const LARGEST_RULES_BYTES = 64 * 1024;

// Why a file does not hold, in which check (`part`), and where two values differ what was wanted and what is there.
export class Refused extends Error {
  constructor(sentence, part = "form", { wanted, got } = {}) {
    super(sentence);
    Object.assign(this, { part, wanted, got });
  }
}

export function need(holds, sentence, part, values) {
  if (!holds) throw new Refused(sentence, part, values);
}

export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
export const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
export const utf8 = (text) => new TextEncoder().encode(text);
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object") return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}

export function readFile(bytes) {
  need(bytes.length <= LARGEST_FILE_BYTES, "The file is larger than any record of a draw.");
  let text, file;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    file = JSON.parse(text);
  } catch {
    throw new Refused("The file is not JSON in UTF-8.");
  }
  need(canonical(file) === text, "The file is not written in the one way that draw/v1 allows.");
  return file;
}

// ---- forms: functions that say whether a value has the form ------------------------------------------------------

const text = (form) => (value) => typeof value === "string" && form.test(value);
const whole = (low, high) => (value) => Number.isSafeInteger(value) && low <= value && value <= high;
const list = (form) => (value) => Array.isArray(value) && value.every(form);
const exactly = (wanted) => (value) => value === wanted;
const either = (...forms) => (value) => forms.some((form) => form(value));
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const object = (forms) => (value) =>
  isObject(value) &&
  Object.keys(value).sort().join() === Object.keys(forms).sort().join() &&
  Object.keys(forms).every((name) => forms[name](value[name]));

const isCount = whole(1, LARGEST_COUNT);
const isNumber = whole(0, Number.MAX_SAFE_INTEGER);
const isHash = text(/^[0-9a-f]{64}$/);
const isWords = text(/^[^\x00-\x1f\p{Cs}]+$/u);
const isTerm = either(exactly(""), isWords, isNumber);
const isTerms = (value) =>
  isObject(value) && Object.keys(value).every((name) => /^[a-z][a-z0-9_]{0,39}$/.test(name) && isTerm(value[name]));
const isSource = object({ count: whole(1, 100), high: isNumber, low: isNumber, name: isWords });
const isPublic = either(
  object({ how: exactly("none") }),
  object({ how: exactly("numbers"), sources: list(isSource) }),
  object({ how: exactly("beacon"), digits: whole(16, 256), source: isWords }),
  object({ how: exactly("contributions") }),
);
const shared = { public: isPublic, terms: isTerms, title: isWords };
const isTier = object({ count: isCount, key: text(/^[a-z0-9-]{1,40}$/) });
const isKind = either(exactly("evening"), exactly("instant"));
const isRules = either(
  object({ ...shared, kind: isKind, size: isCount, tiers: list(isTier) }),
  object({ ...shared, kind: exactly("ballot"), group_limit: whole(1, 1000), weight_limit: whole(1, 1000) }),
);
const any = () => true;
const isBundle = object({
  ...{ batch: text(/^[A-Za-z0-9._:-]{1,100}$/), commitment: any, digest: any, list: list(text(/^[ -~]*$/)) },
  ...{ list_hash: any, merkle_root: any, params: isRules, public: Array.isArray, result: any, seed: any },
  ...{ server_seed: isHash, version: exactly("draw/v1") },
});
const isLeaf = object({
  ...{ commitment: isHash, size: isCount, position: isCount },
  ...{ prize: whole(0, 255), salt: isHash },
});

// ---- what the forms cannot say -----------------------------------------------------------------------------------

export function checkBundle(file) {
  need(isBundle(file), "The file does not have exactly the fields that draw/v1 knows.");
  const rules = file.params;
  need(utf8(canonical(rules)).length <= LARGEST_RULES_BYTES, "The rules are longer than draw/v1 allows.");
  if (rules.kind !== "ballot") checkPrizes(rules);
  checkPublic(rules.public, file.public);
  need(rules.kind !== "instant" || !file.list.length, "An instant draw has a list.");
}

export function isTicket(leaf, path, root) {
  return isLeaf(leaf) && leaf.position <= leaf.size && list(isHash)(path) && isHash(root);
}

function checkPrizes({ kind, size, tiers, public: way }) {
  const keys = new Set(tiers.map((tier) => tier.key));
  need(tiers.length && tiers.length <= 255 && keys.size === tiers.length, "The prize table is wrong.", "prizes");
  const total = tiers.reduce((sum, tier) => sum + tier.count, 0);
  need(total <= size, "There are more prizes than tickets.", "prizes");
  need((kind === "instant") === (way.how === "none"), "The kind of draw and its public value do not fit.", "public");
}

function checkPublic(way, value) {
  const rises = (values) => values.every((one, at) => !at || values[at - 1] <= one);
  const isDrawn = ({ count, high, low }, drawn) =>
    high >= 1 && high >= low && list(whole(low, high))(drawn) && drawn.length === count && rises(drawn);
  const holds = {
    none: () => !value.length,
    numbers: ({ sources }) =>
      sources.length >= 1 && sources.length <= 20 && value.length === sources.length &&
      sources.every((source, at) => isDrawn(source, value[at])),
    beacon: ({ digits }) => value.length === 1 && text(/^[0-9a-f]+$/)(value[0]) && value[0].length === digits,
    contributions: () =>
      value.length && value.every(isHash) && rises(value) && new Set(value).size === value.length,
  }[way.how](way);
  need(holds, "The public value is not of the kind that was announced.", "public");
}

export function* readSold(rules, lines) {
  let end = 0;
  for (const line of lines) {
    const found = /^([1-9][0-9]{0,7}) ([1-9][0-9]{0,7}) [0-9a-f]{64}$/.exec(line);
    need(found && Number(found[1]) > end, "The list of sold tickets has a line that is out of place.", "list");
    end = Number(found[1]) + Number(found[2]) - 1;
    yield 1;
  }
  need(end <= rules.size, "The list of sold tickets goes beyond the batch.", "list");
}

export function* readChances(rules, lines) {
  const chances = [];
  let before = "";
  for (const [at, line] of lines.entries()) {
    const found = /^([0-9a-f]{64}) ([1-9][0-9]{0,3}) ([1-9][0-9]{0,3})$/.exec(line);
    need(found && found[1] > before, "The list of entries has a line that is out of place.", "list");
    const isFair = Number(found[2]) <= rules.group_limit && Number(found[3]) <= rules.weight_limit;
    need(isFair, "An entry has more people or chances than the rules allow.", "list");
    for (let chance = 0; chance < Number(found[3]); chance++) chances.push(at + 1);
    before = found[1];
    yield 1;
  }
  need(chances.length <= LARGEST_COUNT, "The entries have more chances than draw/v1 can draw.", "list");
  return Uint32Array.from(chances);
}
