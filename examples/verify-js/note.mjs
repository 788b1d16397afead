// Signed notes (c2sp.org/signed-note), checkpoints (c2sp.org/tlog-checkpoint)
// and cosignatures (c2sp.org/tlog-cosignature, Ed25519).
import { createPublicKey, verify } from 'node:crypto';
import { sha256 } from './digest.mjs';
import { Broken } from './verdict.mjs';
import { verifySM2 } from './sm2.mjs';

const ED25519 = 1;
const COSIGNATURE = 4;
const OTHER = 0xff;
const SM2 = Buffer.from('juece-sm2/1', 'latin1');
const SPKI = Buffer.from('302a300506032b6570032100', 'hex'); // the frame of an Ed25519 key

// base64 decodes strictly: padding, and no other spelling of the same bytes.
export function base64(text, where) {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw new Broken('checkpoint', `${where}: not base64`);
  return bytes;
}

// hash32 decodes a hash of the tree.
export function hash32(text, where) {
  const bytes = base64(text, where);
  if (bytes.length !== 32) throw new Broken('checkpoint', `${where}: a hash has 32 bytes`);
  return bytes;
}

// parseKey takes a verifier key apart: name+id+base64(type, key).
export function parseKey(vkey) {
  const match = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(vkey);
  if (!match) throw new Broken('key', `${vkey}: not a verifier key`);
  const [, name, id, encoded] = match;
  const typed = base64(encoded, 'verifier key');
  if (sha256(name + '\n', typed).subarray(0, 4).toString('hex') !== id) {
    throw new Broken('key', `${vkey}: its id does not fit`);
  }
  const key = { vkey, name, id, kind: '', bytes: typed.subarray(1) };
  if (typed[0] === ED25519 && typed.length === 33) key.kind = 'ed25519';
  if (typed[0] === COSIGNATURE && typed.length === 33) key.kind = 'cosignature';
  if (typed[0] === OTHER && typed.subarray(1, 1 + SM2.length).equals(SM2) && typed.length === 1 + SM2.length + 65) {
    key.kind = 'sm2';
    key.bytes = typed.subarray(1 + SM2.length);
  }
  if (key.kind === '') throw new Broken('key', `${vkey}: unknown type of key`);
  return key;
}

function ed25519(key, message, signature) {
  const spki = createPublicKey({ key: Buffer.concat([SPKI, key]), format: 'der', type: 'spki' });
  return signature.length === 64 && verify(null, message, spki, signature);
}

// holds reports whether a signature is the key's over the text of a note.
export function holds(key, text, signature) {
  switch (key.kind) {
    case 'ed25519':
      return ed25519(key.bytes, text, signature);
    case 'sm2':
      return verifySM2(key.bytes, text, signature);
    case 'cosignature': {
      if (signature.length !== 72) return false;
      const head = `cosignature/v1\ntime ${signature.readBigUInt64BE(0)}\n`;
      return ed25519(key.bytes, Buffer.concat([Buffer.from(head), text]), signature.subarray(8));
    }
    default:
      return false;
  }
}

// parseNote takes a signed note apart. Lines of unknown keys are kept: whoever
// knows the key judges them.
export function parseNote(note, where) {
  const bytes = Buffer.isBuffer(note) ? note : Buffer.from(note);
  const text = bytes.toString('utf8');
  if (!Buffer.from(text).equals(bytes)) throw new Broken('checkpoint', `${where}: not UTF-8`);
  // eslint-disable-next-line no-control-regex
  if (/[\x00-\x09\x0b-\x1f]/.test(text)) throw new Broken('checkpoint', `${where}: control characters`);
  const cut = text.lastIndexOf('\n\n');
  if (cut < 0 || !text.endsWith('\n')) throw new Broken('checkpoint', `${where}: not a signed note`);
  const signatures = [];
  for (const line of text.slice(cut + 2, -1).split('\n')) {
    const match = /^— ([^+\s]+) (\S+)$/u.exec(line);
    if (!match) throw new Broken('checkpoint', `${where}: not a signature line`);
    const raw = base64(match[2], where);
    if (raw.length < 5) throw new Broken('checkpoint', `${where}: a signature is too short`);
    signatures.push({ name: match[1], id: raw.subarray(0, 4).toString('hex'), signature: raw.subarray(4) });
  }
  if (signatures.length > 100) throw new Broken('checkpoint', `${where}: too many signatures`);
  return { text: Buffer.from(text.slice(0, cut + 1)), signatures };
}

// parseCheckpoint reads a checkpoint: origin, size and root, and no more lines.
export function parseCheckpoint(note, where = 'checkpoint') {
  const { text, signatures } = parseNote(note, where);
  const lines = text.toString('utf8').split('\n');
  if (lines.length !== 4 || lines[0] === '' || !/^(0|[1-9][0-9]{0,18})$/.test(lines[1])) {
    throw new Broken('checkpoint', `${where}: not a checkpoint of three lines`);
  }
  return { origin: lines[0], size: BigInt(lines[1]), root: hash32(lines[2], where), text, signatures, note: Buffer.from(note) };
}

// signedBy reports whether a note bears a key's signature. A line that claims
// to be the key's and is not breaks the note.
export function signedBy(note, key, where) {
  let found = false;
  for (const s of note.signatures) {
    if (s.name !== key.name || s.id !== key.id) continue;
    if (!holds(key, note.text, s.signature)) {
      throw new Broken('checkpoint', `${where}: the signature by ${key.name}+${key.id} does not hold`);
    }
    found = true;
  }
  return found;
}
