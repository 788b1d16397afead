// The log: leaves, the keys over time, and checkpoints held against each other.
import { leafHash, included, consistent } from './merkle.mjs';
import { hash32, parseCheckpoint, parseKey, signedBy } from './note.mjs';
import { fields } from './json.mjs';
import { Broken, Unusable } from './verdict.mjs';

const LEAF = 'juece-leaf/1';

// entryLeaf is the text of the leaf of an entry.
export const entryLeaf = (decision, seq, digest) => Buffer.from(`${LEAF}\nentry\n${decision}\n${seq}\n${digest}\n`);

const hashes = (list, where) => {
  if (list.length > 64) throw new Broken('proof', `${where}: too long`);
  return list.map((h) => hash32(h, where));
};

// proveLeaf checks that a leaf stands at a position under a checkpoint.
export function proveLeaf(checkpoint, text, position, proof, where, code = 'log') {
  if (!included(leafHash(text), position, checkpoint.size, hashes(proof, where), checkpoint.root)) {
    throw new Broken(code, `${where}: not in the log of the checkpoint at position ${position}`);
  }
}

// readKeys reads the key leaves of keys.json under a checkpoint.
function readKeys(list, checkpoint) {
  const keys = [];
  let last = -1n;
  for (const item of list) {
    const { leaf, position, proof } = fields(item, [['leaf', 'string', true], ['position', 'bigint', true], ['proof', 'array', true]], 'a key leaf');
    const match = /^juece-leaf\/1\nkey\n(add|retire)\n(\S+)\n$/.exec(leaf);
    if (!match || position <= last) throw new Broken('key', 'the leaves of the keys are malformed or out of order');
    proveLeaf(checkpoint, Buffer.from(leaf), position, proof, 'a key leaf', 'checkpoint');
    last = position;
    const known = keys.find((k) => k.vkey === match[2]);
    if (match[1] === 'add') {
      const key = parseKey(match[2]);
      if (known || key.name !== checkpoint.origin || key.kind === 'cosignature') throw new Broken('key', `${match[2]} cannot be added`);
      keys.push({ ...key, added: position, retired: null });
    } else {
      if (!known || known.retired !== null) throw new Broken('key', `${match[2]} cannot be retired`);
      known.retired = position;
    }
  }
  if (keys.length === 0 || keys[0].added !== 0n) throw new Broken('key', 'the log does not begin with its first key');
  return keys;
}

// inForce reports whether a key may sign a checkpoint of a size.
const inForce = (key, size) => key.added < size && (key.retired === null || size <= key.retired + 1n);

// Log is what a dossier or a receipt says of the log, held together.
export class Log {
  constructor(checkpointNote, keysFile, earlier, trusted) {
    this.checkpoint = parseCheckpoint(checkpointNote);
    const { keys, handovers } = fields(keysFile, [['keys', 'array', true], ['handovers', 'array', false]], 'keys');
    this.keys = readKeys(keys, this.checkpoint);
    this.earlier = (earlier ?? []).map((item) => {
      const e = fields(item, [['checkpoint', 'string', true], ['proof', 'array', true]], 'an earlier checkpoint');
      const then = parseCheckpoint(e.checkpoint, 'an earlier checkpoint');
      this.follows(then, e.proof);
      return then;
    });
    this.handovers = (handovers ?? []).map((note) => {
      const then = parseCheckpoint(note, 'a handover');
      const proven = this.earlier.some((e) => e.size === then.size && e.root.equals(then.root)) ||
        (then.size === this.checkpoint.size && then.root.equals(this.checkpoint.root));
      if (!proven) throw new Broken('key', `the handover at size ${then.size} is not shown to be part of the log`);
      return then;
    });
    this.trust(trusted);
  }

  follows(then, proof) {
    if (then.origin !== this.checkpoint.origin) throw new Broken('fork', `a checkpoint of another log: ${then.origin}`);
    if (!consistent(then.size, then.root, this.checkpoint.size, this.checkpoint.root, hashes(proof, 'a consistency proof'))) {
      throw new Broken('fork', `the log at size ${this.checkpoint.size} does not continue the one at size ${then.size}`);
    }
  }

  // signers are the keys in force that signed a checkpoint.
  signers(note, where) {
    return this.keys.filter((k) => k.added < note.size && signedBy(note, k, where) && inForce(k, note.size));
  }

  trust(given) {
    this.trusted = given.length > 0;
    const held = new Set(this.trusted ? given : [this.keys[0].vkey]);
    for (const h of this.handovers.sort((a, b) => (a.size < b.size ? -1 : 1))) {
      if (this.signers(h, 'a handover').some((k) => held.has(k.vkey))) {
        for (const k of this.keys) if (k.added < h.size) held.add(k.vkey);
      }
    }
    this.held = held;
    this.signed(this.checkpoint, 'the checkpoint');
  }

  // signed demands a trusted signature, and one of each type of key that the
  // log had by then: a line that was stripped is missed.
  signed(note, where) {
    const by = this.signers(note, where);
    if (!by.some((k) => this.held.has(k.vkey))) {
      throw new Broken('key', `${where}: not signed by a key that is trusted and in force at its size`);
    }
    for (const kind of new Set(this.keys.filter((k) => k.added < note.size).map((k) => k.kind))) {
      if (!by.some((k) => k.kind === kind)) throw new Broken('key', `${where}: the ${kind} signature is missing`);
    }
  }

  // against holds the log to a checkpoint that came from elsewhere.
  against(note, where) {
    const other = parseCheckpoint(note, where);
    this.signed(other, where);
    if (other.origin !== this.checkpoint.origin) throw new Broken('fork', `${where}: of another log, ${other.origin}`);
    const same = [this.checkpoint, ...this.earlier].find((e) => e.size === other.size);
    if (same && !same.root.equals(other.root)) throw new Broken('fork', `${where}: another tree of the same size ${other.size}`);
    if (!same) throw new Unusable('no_proof', `${where}: nothing here connects size ${other.size} with size ${this.checkpoint.size}`);
  }

  // witnessed counts the witnesses that cosigned the checkpoint.
  witnessed(vkeys) {
    for (const vkey of vkeys) {
      if (!signedBy(this.checkpoint, parseKey(vkey), 'the checkpoint')) {
        throw new Broken('checkpoint', `the checkpoint is not cosigned by ${vkey.split('+')[0]}`);
      }
    }
    return vkeys.length;
  }
}
