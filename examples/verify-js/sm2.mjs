// SM2 signatures (GB/T 32918.2) over the recommended curve, with SM3 and the
// default identity. Verification only; nothing here is secret, so nothing has
// to take constant time.
import { sm3 } from './digest.mjs';

const P = 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn;
const A = 0xfffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffcn;
const B = 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n;
const N = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;
const GX = 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n;
const GY = 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n;
const IDENTITY = Buffer.from('1234567812345678', 'latin1');

const mod = (a, m) => ((a % m) + m) % m;

function inverse(a, m) {
  let [r0, r1, s0, s1] = [m, mod(a, m), 0n, 1n];
  while (r1 !== 0n) {
    const q = r0 / r1;
    [r0, r1] = [r1, r0 - q * r1];
    [s0, s1] = [s1, s0 - q * s1];
  }
  return mod(s0, m);
}

// A point is [x, y], or null for the one at infinity.
function add(p, q) {
  if (p === null) return q;
  if (q === null) return p;
  const [x1, y1] = p;
  const [x2, y2] = q;
  if (x1 === x2 && mod(y1 + y2, P) === 0n) return null;
  const slope = x1 === x2 && y1 === y2
    ? mod((3n * x1 * x1 + A) * inverse(2n * y1, P), P)
    : mod((y2 - y1) * inverse(x2 - x1, P), P);
  const x = mod(slope * slope - x1 - x2, P);
  return [x, mod(slope * (x1 - x) - y1, P)];
}

function times(k, p) {
  let sum = null;
  for (let at = p; k > 0n; k >>= 1n, at = add(at, at)) {
    if (k & 1n) sum = add(sum, at);
  }
  return sum;
}

const toInt = (bytes) => BigInt('0x' + (bytes.toString('hex') || '0'));
const toBytes = (n) => Buffer.from(n.toString(16).padStart(64, '0'), 'hex');

// integers reads the two INTEGERs of a DER signature strictly.
function integers(der) {
  let at = 0;
  const take = (tag) => {
    if (der[at] !== tag || der[at + 1] >= 0x80 || at + 2 + der[at + 1] > der.length) return null;
    const start = at + 2;
    at = start + der[at + 1];
    return der.subarray(start, at);
  };
  const whole = take(0x30);
  if (whole === null || at !== der.length) return null;
  at = 2;
  const found = [take(0x02), take(0x02)];
  if (found.includes(null) || at !== der.length) return null;
  for (const n of found) {
    if (n.length === 0 || n[0] >= 0x80 || (n[0] === 0 && n.length > 1 && n[1] < 0x80)) return null;
  }
  return found.map(toInt);
}

// verifySM2 checks a signature over a message by a public key of 65 bytes.
export function verifySM2(key, message, der) {
  const rs = integers(der);
  if (rs === null || key.length !== 65 || key[0] !== 4) return false;
  const [r, s] = rs;
  if (r < 1n || r >= N || s < 1n || s >= N) return false;
  const point = [toInt(key.subarray(1, 33)), toInt(key.subarray(33))];
  const [x, y] = point;
  if (x >= P || y >= P || mod(y * y - x * x * x - A * x - B, P) !== 0n) return false;
  const bits = Buffer.from([0, IDENTITY.length * 8]);
  const z = sm3(bits, IDENTITY, toBytes(A), toBytes(B), toBytes(GX), toBytes(GY), key.subarray(1));
  const e = toInt(sm3(z, message));
  const t = mod(r + s, N);
  if (t === 0n) return false;
  const sum = add(times(s, [GX, GY]), times(t, point));
  return sum !== null && mod(e + sum[0], N) === r;
}
