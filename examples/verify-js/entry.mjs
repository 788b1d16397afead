// Entries and the chain of one decision.
import { parse, fields } from './json.mjs';
import { algorithmOf, domained } from './digest.mjs';
import { Broken } from './verdict.mjs';

const FORMAT = 'juece-entry/1';
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\x00-\x1f\x7f-\x9f\u2028\u2029]/;

const ENVELOPE = [
  ['format', 'string', true], ['decision', 'string', true], ['seq', 'bigint', true], ['kind', 'string', true],
  ['actor', 'object', true], ['occurred_on', 'string', false], ['recorded_at', 'string', true],
  ['pack', 'string', true], ['calendar', 'string', true], ['act', 'object', true],
  ['findings', 'array', false], ['prev', 'string', true],
];
const ACTOR = [
  ['id', 'string', true], ['unit', 'string', false], ['organ', 'string', false],
  ['roles', 'array', false], ['on_behalf_of', 'string', false], ['authority', 'string', false],
];
const FINDING = [['rule', 'string', true], ['status', 'string', true], ['severity', 'string', true], ['reason', 'string', false]];

// exists reports whether the calendar and the clock have a time, given to the
// millisecond: of 30 February, Date makes a day in March, and of month 13 none.
function exists(time) {
  const date = new Date(`${time}Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 23) === time;
}

// parseEntry reads the bytes of one entry strictly.
export function parseEntry(bytes, where) {
  const e = fields(parse(bytes, where, { canonical: true }), ENVELOPE, where, { ordered: true });
  e.actor = fields(e.actor, ACTOR, `${where}: actor`, { ordered: true });
  for (const f of e.findings ?? []) fields(f, FINDING, `${where}: finding`, { ordered: true });
  const wrong = (why) => {
    throw new Broken('malformed', `${where}: ${why}`);
  };
  if (e.format !== FORMAT) wrong(`format ${JSON.stringify(e.format)}, want ${FORMAT}`);
  for (const name of ['decision', 'kind']) {
    if (e[name] === '' || [...e[name]].length > 128 || CONTROL.test(e[name])) wrong(`${name} is malformed`);
  }
  if (e.actor.id === '') wrong('the actor is missing');
  if (e.seq < 1n) wrong('seq starts at 1');
  if ((e.seq === 1n) !== (e.prev === '')) wrong('only the first entry has no prev');
  if (!TIME.test(e.recorded_at) || !exists(e.recorded_at.slice(0, 23))) wrong(`${e.recorded_at} is not a time`);
  return e;
}

// Chain walks the entries of a decision, one after the other.
export class Chain {
  constructor(decision) {
    this.decision = decision;
    this.seq = 0;
    this.prev = '';
    this.last = '';
  }

  // next reads the entry that follows: its bytes, and the digest that is said
  // to be theirs.
  next(bytes, digest) {
    const seq = this.seq + 1;
    const where = `entry ${seq}`;
    try {
      const e = parseEntry(bytes, where);
      const wrong = (why) => {
        throw new Broken('chain', `${where}: ${why}`);
      };
      if (e.seq !== BigInt(seq)) wrong(`calls itself ${e.seq}`);
      if (e.decision !== this.decision) wrong(`belongs to decision ${e.decision}`);
      if (domained(algorithmOf(digest), FORMAT, bytes) !== digest) wrong('its bytes do not match its digest');
      if (e.prev !== this.prev) wrong('it does not follow the entry before it');
      if (e.recorded_at < this.last) wrong('recorded before the entry that it follows');
      this.seq = seq;
      this.prev = digest;
      this.last = e.recorded_at;
      return { ...e, digest };
    } catch (err) {
      if (err instanceof Broken) err.seq ||= seq;
      throw err;
    }
  }

  // withheld passes over an entry of which only the digest is known.
  withheld(digest, why) {
    this.seq++;
    this.prev = digest;
    return { digest, withheld: why };
  }
}

// digestsOf lists the materials that an act names: objects with a digest and at
// most a title beside it.
export function digestsOf(act) {
  const found = [];
  const walk = (value, top) => {
    if (Array.isArray(value)) {
      for (const v of value) walk(v, false);
    } else if (value instanceof Map) {
      const material = !top && value.has('digest') && [...value.keys()].every((k) => k === 'digest' || k === 'title');
      if (material) found.push({ digest: value.get('digest'), title: value.get('title') });
      else for (const v of value.values()) walk(v, false);
    }
  };
  walk(act, true);
  return found;
}
