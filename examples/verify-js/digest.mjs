// Digests, as docs/history-format.md section "Notation" has them.
import { createHash, createHmac, getHashes } from 'node:crypto';
import { Broken, Unusable } from './verdict.mjs';

const PLAIN = new Set(['sha256', 'sm3']);
const FORM = /^[a-z0-9-]+:[0-9a-f]{64}$/;

// digestForm reports whether a text is a digest, and returns it.
export function digestForm(text, where) {
  if (typeof text !== 'string' || !FORM.test(text)) {
    throw new Broken('malformed', `${where}: ${JSON.stringify(text)} is not a digest`);
  }
  return text;
}

// algorithmOf is what stands before the colon of a digest.
export function algorithmOf(digest) {
  return digest.slice(0, digest.indexOf(':'));
}

function hasher(algorithm) {
  if (!PLAIN.has(algorithm)) {
    throw new Unusable('algorithm', `unknown hash algorithm ${algorithm}`);
  }
  if (!getHashes().includes(algorithm)) {
    throw new Unusable('algorithm', `this build of Node has no ${algorithm}`);
  }
  return createHash(algorithm);
}

// plain is the digest of bytes without a domain: that of a file.
export function plain(algorithm, bytes) {
  return `${algorithm}:${hasher(algorithm).update(bytes).digest('hex')}`;
}

// domained is the digest of bytes as one kind of thing.
export function domained(algorithm, domain, bytes) {
  return `${algorithm}:${hasher(algorithm).update(domain + '\0', 'latin1').update(bytes).digest('hex')}`;
}

// ofMaterial is the digest of a material in the form that a given digest has:
// plain, or a commitment with its salt.
export function ofMaterial(digest, bytes, salt) {
  const algorithm = algorithmOf(digest);
  if (!algorithm.startsWith('hmac-')) return plain(algorithm, bytes);
  if (!salt) throw new Broken('material', `${digest}: its salt is missing`);
  const inner = algorithm.slice('hmac-'.length);
  hasher(inner); // for its error
  return `${algorithm}:${createHmac(inner, salt).update(bytes).digest('hex')}`;
}

export const sha256 = (...parts) => {
  const h = createHash('sha256');
  for (const p of parts) h.update(p);
  return h.digest();
};

export const sm3 = (...parts) => {
  const h = hasher('sm3');
  for (const p of parts) h.update(p);
  return h.digest();
};
