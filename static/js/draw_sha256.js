// SHA-256 (FIPS 180-4) and HMAC (RFC 2104), our own: crypto.subtle is missing on a plain http address in a house's
// network, and too slow for millions of small messages.
const PRIMES = (() => {
  const found = [];
  for (let one = 2; found.length < 64; one++) if (found.every((prime) => one % prime)) found.push(one);
  return found;
})();
const fraction = (root) => (prime) => (prime ** (1 / root) % 1) * 2 ** 32;
const FIRST = Int32Array.from(PRIMES.slice(0, 8), fraction(2));
const ROUND = Int32Array.from(PRIMES, fraction(3));
const BLOCK_BYTES = 64;
const SLICE_BYTES = 1 << 20;

const schedule = new Int32Array(64);
const tail = new Uint8Array(2 * BLOCK_BYTES);

function compress(state, bytes, from, end) {
  const w = schedule;
  for (; from < end; from += BLOCK_BYTES) {
    for (let i = 0, at = from; i < 16; i++, at += 4) {
      w[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
    }
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15];
      const y = w[i - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
    }
    let a = state[0];
    let b = state[1];
    let c = state[2];
    let d = state[3];
    let e = state[4];
    let f = state[5];
    let g = state[6];
    let h = state[7];
    for (let i = 0; i < 64; i++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const one = (h + s1 + ((e & f) ^ (~e & g)) + ROUND[i] + w[i]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + one) | 0;
      d = c;
      c = b;
      b = a;
      a = (one + two) | 0;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
  }
}

// The hash of bytes, or of what has been compressed into `state` already (`before` bytes) and these.
export function sha256(bytes, state = FIRST, before = 0) {
  const found = state.slice();
  const whole = bytes.length - (bytes.length % BLOCK_BYTES);
  compress(found, bytes, 0, whole);
  tail.fill(0);
  tail.set(whole ? bytes.subarray(whole) : bytes);
  tail[bytes.length - whole] = 0x80;
  const end = bytes.length - whole < BLOCK_BYTES - 8 ? BLOCK_BYTES : 2 * BLOCK_BYTES;
  const count = before + bytes.length;
  for (let i = 0, rest = count * 8; i < 7; i++, rest = Math.floor(rest / 256)) tail[end - 1 - i] = rest % 256;
  compress(found, tail, 0, end);
  return toBytes(found);
}

// The same in steps, each of at most a megabyte.
export function* hashing(bytes) {
  const state = FIRST.slice();
  const whole = bytes.length - (bytes.length % BLOCK_BYTES);
  for (let from = 0; from < whole; from += SLICE_BYTES) {
    compress(state, bytes, from, Math.min(whole, from + SLICE_BYTES));
    yield 0;
  }
  return sha256(bytes.subarray(whole), state, whole);
}

// HMAC-SHA256 under one key of at most 64 bytes: a function of the message.
export function keyed(key) {
  const [inner, outer] = [0x36, 0x5c].map((mask) => {
    const state = FIRST.slice();
    const block = Uint8Array.from({ length: BLOCK_BYTES }, (_, at) => (key[at] ?? 0) ^ mask);
    compress(state, block, 0, BLOCK_BYTES);
    return state;
  });
  return (message) => sha256(sha256(message, inner, BLOCK_BYTES), outer, BLOCK_BYTES);
}

function toBytes(state) {
  const bytes = new Uint8Array(32);
  for (let i = 0; i < 8; i++) {
    const word = state[i];
    bytes[4 * i] = word >>> 24;
    bytes[4 * i + 1] = word >>> 16;
    bytes[4 * i + 2] = word >>> 8;
    bytes[4 * i + 3] = word;
  }
  return bytes;
}
