// The labelled hashes of draw/v1, and the tree over an instant batch (RFC 6962).
import { hashing, keyed, sha256 } from "./draw_sha256.js";

export const VERSION = "draw/v1";
const utf8 = (text) => new TextEncoder().encode(text);
const SALT_LABEL = utf8(`${VERSION}/salt`);
const [LEAF, NODE] = [0, 1];

// SHA-256 of 2, the label and each field with its length before it; in steps.
export function* digest(label, ...fields) {
  const parts = [utf8(`${VERSION}/${label}`), ...fields].flatMap((field) => [number(field.length), field]);
  const whole = new Uint8Array(1 + parts.reduce((sum, part) => sum + part.length, 0));
  whole[0] = 2;
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 1);
  return yield* hashing(whole);
}

export function number(value, into = new Uint8Array(8), at = 0) {
  const view = new DataView(into.buffer);
  view.setUint32(at, Math.floor(value / 2 ** 32));
  view.setUint32(at + 4, value);
  return into;
}

// A label and a number behind it, in one place that is written anew each time.
export function counted(label) {
  const message = new Uint8Array(label.length + 8);
  message.set(label);
  return (count) => number(count, message, label.length);
}

// The hash of a ticket of one batch: a function of its position, prize and salt.
export function leafHash(committed, size) {
  const whole = new Uint8Array(85);
  whole[0] = LEAF;
  whole.set(committed, 1);
  number(size, whole, 33);
  const view = new DataView(whole.buffer);
  return (position, prize, salt) => {
    number(position, whole, 41);
    view.setUint32(49, prize);
    whole.set(salt, 53);
    return sha256(whole);
  };
}

export function node(left, right) {
  const whole = new Uint8Array(65);
  whole[0] = NODE;
  whole.set(left, 1);
  whole.set(right, 33);
  return sha256(whole);
}

// Finished subtrees wait, the largest first; two of the same height become one.
export function* treeRoot(committed, serverSeed, prizes) {
  const [mac, message] = [keyed(serverSeed), counted(SALT_LABEL)];
  const leaf = leafHash(committed, prizes.length);
  const waiting = [];
  for (let at = 1; at <= prizes.length; at++) {
    waiting.push(leaf(at, prizes[at - 1], mac(message(at))));
    for (let pairs = at; pairs % 2 === 0; pairs /= 2) join(waiting);
    yield 1;
  }
  while (waiting.length > 1) join(waiting);
  return waiting[0];
}

function join(waiting) {
  const right = waiting.pop();
  waiting.push(node(waiting.pop(), right));
}
