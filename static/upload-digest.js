// SHA-256 of a file in a worker. The browser's own crypto cannot take a file piece by piece, and is missing without https.
"use strict";

const PIECE = 4 * 1024 * 1024;
const BLOCK = 64;

// The first 32 bits of the fractional parts of the square (H) and cube (K) roots of the first primes (FIPS 180-4).
const primes = [];
for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime)) primes.push(n);
const fraction = (root) => (root - Math.floor(root)) * 0x100000000;
const K = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));
const H = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));

const words = new Int32Array(64);

function compress(state, view, from, to) {
  const w = words, k = K; // locals, and no destructuring: more than three times as fast
  let h0 = state[0], h1 = state[1], h2 = state[2], h3 = state[3];
  let h4 = state[4], h5 = state[5], h6 = state[6], h7 = state[7];
  for (let at = from; at < to; at += BLOCK) {
    for (let i = 0; i < 16; i++) w[i] = view.getInt32(at + i * 4);
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15];
      const y = w[i - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
    }
    let a = h0, b = h1, c = h2, d = h3, e = h4, f = h5, g = h6, h = h7;
    for (let i = 0; i < 64; i++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + k[i] + w[i]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + t1) | 0;
      d = c; c = b; b = a; a = (t1 + t2) | 0;
    }
    h0 = (h0 + a) | 0; h1 = (h1 + b) | 0; h2 = (h2 + c) | 0; h3 = (h3 + d) | 0;
    h4 = (h4 + e) | 0; h5 = (h5 + f) | 0; h6 = (h6 + g) | 0; h7 = (h7 + h) | 0;
  }
  state.set([h0, h1, h2, h3, h4, h5, h6, h7]);
}

// The rest, the bit that ends it, and the length in bits.
function finish(state, rest, length) {
  const end = new DataView(new ArrayBuffer(rest.length < 56 ? BLOCK : 2 * BLOCK));
  new Uint8Array(end.buffer).set(rest);
  end.setUint8(rest.length, 0x80);
  end.setUint32(end.byteLength - 8, Math.floor(length / 0x20000000));
  end.setUint32(end.byteLength - 4, (length % 0x20000000) * 8);
  compress(state, end, 0, end.byteLength);
  return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

async function digest(file, tell) {
  const state = Int32Array.from(H);
  for (let at = 0; ; at += PIECE) {
    const piece = await file.slice(at, at + PIECE).arrayBuffer();
    const whole = piece.byteLength - (piece.byteLength % BLOCK);
    compress(state, new DataView(piece), 0, whole);
    tell(at + piece.byteLength);
    if (piece.byteLength < PIECE) return finish(state, new Uint8Array(piece, whole), file.size);
  }
}

self.onmessage = async ({ data: file }) => {
  try {
    self.postMessage({ sha256: await digest(file, (done) => self.postMessage({ done })) });
  } catch (error) {
    self.postMessage({ error: String(error) });
  }
};
