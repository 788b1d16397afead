// The container: a zip in the one form that the format allows. It is read from
// its beginning, header by header, and its directory must say the same.
import { crc32 } from 'node:zlib';
import { Broken, Unusable } from './verdict.mjs';

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const DATE = 0x0021; // 1980-01-01
const UTF8 = 0x0800;
const VERSION = 20;
const FULL = 0xffffffff;

const refuse = (why) => {
  throw new Unusable('container', why);
};

// crc is zlib's where this Node has it (20.15, 22.2), and a table otherwise.
const table = Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c >>> 0;
});
function crc(bytes) {
  if (crc32) return crc32(bytes);
  let c = 0xffffffff;
  for (const b of bytes) c = table[(c ^ b) & 0xff] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

// sizes64 reads the one extra field that is allowed.
function sizes64(extra, wanted) {
  if (extra.length === 0) return [];
  if (extra.length < 4 || extra.readUInt16LE(0) !== 1 || extra.readUInt16LE(2) !== extra.length - 4) refuse('an extra field');
  if (extra.length !== 4 + 8 * wanted) refuse('an extra field of the wrong size');
  return Array.from({ length: wanted }, (_, i) => Number(extra.readBigUInt64LE(4 + 8 * i)));
}

// readZip returns the files in their order. Their checksums are no part of what
// is proved; [checksums] compares them last, so that a damaged content is
// reported by what it breaks.
export function readZip(data) {
  const starts = [];
  const names = new Set();
  let at = 0;
  const need = (n) => {
    if (at + n > data.length) refuse('cut short');
  };
  for (;;) {
    need(4);
    if (data.readUInt32LE(at) !== LOCAL) break;
    need(30);
    const [flags, method, time, date] = [6, 8, 10, 12].map((o) => data.readUInt16LE(at + o));
    const sum = data.readUInt32LE(at + 14);
    let size = data.readUInt32LE(at + 22);
    let packed = data.readUInt32LE(at + 18);
    const nameLength = data.readUInt16LE(at + 26);
    const extraLength = data.readUInt16LE(at + 28);
    need(30 + nameLength + extraLength);
    const raw = data.subarray(at + 30, at + 30 + nameLength);
    const name = raw.toString('utf8');
    if (!Buffer.from(name).equals(raw)) refuse('a name is not UTF-8');
    // eslint-disable-next-line no-control-regex
    if (!/^[^/\\\x00-\x1f\x7f]+(\/[^/\\\x00-\x1f\x7f]+)?(\/[^/\\\x00-\x1f\x7f]+)?$/.test(name) || name.split('/').some((p) => p === '.' || p === '..')) {
      refuse(`the name ${JSON.stringify(name)}`);
    }
    if (flags !== UTF8) refuse(`${name}: flags ${flags}`);
    if (data.readUInt16LE(at + 4) !== VERSION) refuse(`${name}: its version`);
    if (method !== 0 || time !== 0 || date !== DATE) refuse(`${name}: stored files of 1980-01-01 only`);
    const extra = data.subarray(at + 30 + nameLength, at + 30 + nameLength + extraLength);
    if (size === FULL || packed === FULL) {
      [size, packed] = sizes64(extra, 2);
    } else if (extra.length > 0) {
      refuse(`${name}: an extra field`);
    }
    if (size !== packed) refuse(`${name}: two sizes`);
    if (names.has(name)) refuse(`${name} stands twice`);
    names.add(name);
    const from = at + 30 + nameLength + extraLength;
    if (size === undefined || from + size > data.length) refuse(`${name}: cut short`);
    const content = data.subarray(from, from + size);
    starts.push({ name, at, sum, size, flags, content });
    at = from + size;
  }
  directory(data, at, starts);
  return starts;
}

// checksums compares the checksum of each file with its content.
export function checksums(files) {
  for (const f of files) {
    if (crc(f.content) !== f.sum) throw new Broken('container', `${f.name}: its checksum is wrong`);
  }
}

function directory(data, start, files) {
  let at = start;
  const need = (n) => {
    if (at + n > data.length) refuse('cut short');
  };
  for (const f of files) {
    need(46);
    if (data.readUInt32LE(at) !== CENTRAL) refuse(`${f.name}: not in the directory`);
    const nameLength = data.readUInt16LE(at + 28);
    const extraLength = data.readUInt16LE(at + 30);
    need(46 + nameLength + extraLength);
    const name = data.subarray(at + 46, at + 46 + nameLength).toString('utf8');
    const plain = [
      [data.readUInt16LE(at + 4), VERSION], [data.readUInt16LE(at + 6), VERSION], [data.readUInt32LE(at + 38), 0],
      [data.readUInt16LE(at + 8), f.flags], [data.readUInt16LE(at + 10), 0], [data.readUInt16LE(at + 12), 0],
      [data.readUInt16LE(at + 14), DATE], [data.readUInt32LE(at + 16), f.sum], [data.readUInt16LE(at + 32), 0],
      [data.readUInt16LE(at + 34), 0], [data.readUInt16LE(at + 36), 0],
    ];
    if (name !== f.name || plain.some(([have, want]) => have !== want)) refuse(`${f.name}: the directory says otherwise`);
    const given = [data.readUInt32LE(at + 24), data.readUInt32LE(at + 20), data.readUInt32LE(at + 42)];
    const extra = data.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength);
    const large = sizes64(extra, given.filter((n) => n === FULL).length);
    const [size, packed, offset] = given.map((n) => (n === FULL ? large.shift() : n));
    if (size !== f.size || packed !== f.size || offset !== f.at) refuse(`${f.name}: the directory says otherwise`);
    at += 46 + nameLength + extraLength;
  }
  const length = at - start;
  need(4);
  if (data.readUInt32LE(at) === END64) {
    need(76);
    const said = [24, 32, 40, 48].map((o) => Number(data.readBigUInt64LE(at + o)));
    if ([files.length, files.length, length, start].some((n, i) => n !== said[i]) || data.readUInt32LE(at + 56) !== LOCATOR64) {
      refuse('the end of the directory says otherwise');
    }
    at += 76;
  }
  need(22);
  const ends = data.readUInt32LE(at) === END && data.readUInt16LE(at + 20) === 0 && at + 22 === data.length &&
    [[8, files.length], [10, files.length]].every(([o, n]) => [n, 0xffff].includes(data.readUInt16LE(at + o))) &&
    [[12, length], [16, start]].every(([o, n]) => [n, FULL].includes(data.readUInt32LE(at + o)));
  if (!ends) refuse('something stands after the directory, or it says otherwise');
}
