// Strict JSON. Two readers must never see two different things in the same
// bytes, so a key that stands twice is refused (JSON.parse would take the
// last), and what is hashed must be written in the one form that the format
// knows: no spaces, whole numbers, no escape that is not needed.
import { Broken } from './verdict.mjs';

const DEPTH = 64;
const SHORT = { '"': '"', '\\': '\\', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', '/': '/' };

// parse reads one value. canonical also holds it to the one form.
export function parse(bytes, where, { canonical = false } = {}) {
  const text = bytes.toString('utf8');
  const fail = (why) => {
    throw new Broken('malformed', `${where}: ${why}`);
  };
  if (!Buffer.from(text).equals(bytes)) fail('not UTF-8');
  let at = 0;

  const space = () => {
    if (!canonical) while (' \t\n\r'.includes(text[at] ?? 'x')) at++;
  };
  const expect = (c) => {
    if (text[at] !== c) fail(`${JSON.stringify(c)} expected at character ${at}`);
    at++;
  };

  const string = () => {
    expect('"');
    let value = '';
    for (;;) {
      const c = text[at++];
      if (c === undefined) fail('a text does not end');
      if (c === '"') return value;
      if (c < ' ') fail('a control character in a text');
      if (c !== '\\') {
        if (canonical && (c === '\u2028' || c === '\u2029')) fail('a line separator is not escaped');
        value += c;
        continue;
      }
      const e = text[at++];
      if (e === 'u') {
        const hex = text.slice(at, at + 4);
        if (!/^[0-9a-fA-F]{4}$/.test(hex)) fail('an escape is malformed');
        at += 4;
        const u = String.fromCharCode(parseInt(hex, 16));
        const needed = (u < ' ' && !'\b\f\n\r\t'.includes(u)) || u === '\u2028' || u === '\u2029' || u === '\ufffd';
        if (canonical && (!needed || hex !== hex.toLowerCase())) fail('an escape that is not needed');
        value += u;
      } else if (e in SHORT && !(canonical && e === '/')) {
        value += SHORT[e];
      } else {
        fail('an unknown escape');
      }
    }
  };

  const object = (depth) => {
    expect('{');
    const value = new Map();
    const folded = new Set();
    space();
    if (text[at] === '}') {
      at++;
      return value;
    }
    for (;;) {
      space();
      const key = string();
      if (folded.has(key.toLowerCase())) fail(`key ${JSON.stringify(key)} stands twice`);
      folded.add(key.toLowerCase());
      space();
      expect(':');
      value.set(key, any(depth + 1));
      space();
      if (text[at] === '}') {
        at++;
        return value;
      }
      expect(',');
    }
  };

  const array = (depth) => {
    expect('[');
    const value = [];
    space();
    if (text[at] === ']') {
      at++;
      return value;
    }
    for (;;) {
      value.push(any(depth + 1));
      space();
      if (text[at] === ']') {
        at++;
        return value;
      }
      expect(',');
    }
  };

  const any = (depth) => {
    if (depth > DEPTH) fail('nested too deep');
    space();
    const c = text[at];
    if (c === '{') return object(depth);
    if (c === '[') return array(depth);
    if (c === '"') return string();
    for (const [word, value] of [['true', true], ['false', false], ['null', null]]) {
      if (text.startsWith(word, at)) {
        at += word.length;
        return value;
      }
    }
    const number = /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
    number.lastIndex = at;
    const found = number.exec(text);
    if (!found) fail(`nothing readable at character ${at}`);
    if (found[2] !== undefined || found[3] !== undefined || found[0] === '-0') fail(`${found[0]} is not a whole number`);
    at += found[0].length;
    return BigInt(found[0]);
  };

  const value = any(0);
  space();
  if (at !== text.length) fail('something stands after the end');
  return value;
}

// fields checks an object's keys against [name, type, required] in order, and
// returns them as a plain object. In canonical text the order counts.
export function fields(map, shape, where, { ordered = false } = {}) {
  if (!(map instanceof Map)) throw new Broken('malformed', `${where}: not an object`);
  const known = new Map(shape.map((s) => [s[0], s]));
  for (const key of map.keys()) {
    if (!known.has(key)) throw new Broken('malformed', `${where}: unknown field ${JSON.stringify(key)}`);
  }
  if (ordered) {
    const want = shape.map((s) => s[0]).filter((k) => map.has(k));
    if (want.join() !== [...map.keys()].join()) throw new Broken('malformed', `${where}: fields out of order`);
  }
  const value = {};
  for (const [name, type, required] of shape) {
    const v = map.get(name);
    if (v === undefined) {
      if (required) throw new Broken('malformed', `${where}: ${name} is missing`);
      continue;
    }
    const is = v instanceof Map ? 'object' : Array.isArray(v) ? 'array' : typeof v;
    if (is !== type) throw new Broken('malformed', `${where}: ${name} must be of type ${type}`);
    value[name] = v;
  }
  return value;
}
