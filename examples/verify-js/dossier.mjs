// A dossier, checked from its container to what is derived in it. The rules of
// the procedure are not run again here: that takes the program itself.
import { createHash } from 'node:crypto';
import { digestForm, domained, algorithmOf, ofMaterial, plain } from './digest.mjs';
import { Chain, digestsOf } from './entry.mjs';
import { fields, parse } from './json.mjs';
import { Log, entryLeaf, proveLeaf } from './log.mjs';
import { manifestText, shaped } from './manifest.mjs';
import { leafHash, root } from './merkle.mjs';
import { base64, hash32 } from './note.mjs';
import { Broken, Unusable } from './verdict.mjs';
import { checksums, readZip } from './zip.mjs';

const FIXED = ['manifest.json', '案卷.html', 'history/entries.jsonl', 'history/register.jsonl', 'log/checkpoint', 'log/proofs.json', 'log/keys.json'];
// The texts of norms as they were published.
const STATUTES = { 'statutes/D713.txt': '8a7ec6977c60ed1c1bfd120c4056bff998dfad1cd8e81acc38f991bdfd72e304' };

// lines takes a file of lines apart; each ends with LF.
function lines(bytes) {
  const list = [];
  for (let at = 0; at < bytes.length;) {
    let end = bytes.indexOf(10, at);
    if (end < 0) end = bytes.length;
    list.push(bytes.subarray(at, end));
    at = end + 1;
  }
  return list;
}

const ended = (bytes) => bytes.length === 0 || bytes[bytes.length - 1] === 10;

const get = (map, key, type, where) => {
  const v = map instanceof Map ? map.get(key) : undefined;
  const is = v instanceof Map ? 'object' : Array.isArray(v) ? 'array' : typeof v;
  if (is !== type) throw new Broken('manifest', `${where}: ${key} must be of type ${type}`);
  return v;
};

// verifyDossier returns what was checked, or throws Broken or Unusable.
export function verifyDossier(data, { keys = [], witnesses = [], checkpoints = [] } = {}) {
  const zip = readZip(data);
  const files = new Map(zip.map((f) => [f.name, f.content]));
  FIXED.forEach((name, i) => {
    if (zip[i]?.name !== name) throw new Unusable('container', `${name} is missing, or not in its place`);
  });
  const manifest = readManifest(files);
  const decision = get(manifest, 'decision', 'string', 'manifest.json');
  const { entries, log } = history(files, manifest, decision, keys);
  for (const c of checkpoints) log.against(c.note, c.where);
  const register = opinions(files, entries);
  const items = materials(manifest, files, entries);
  const { packs, calendars } = texts(manifest, files, entries);
  const page = get(manifest, 'files', 'array', 'manifest.json').find((f) => f instanceof Map && f.get('path') === '案卷.html')?.get('digest');
  if (page !== plain('sha256', files.get('案卷.html'))) throw new Broken('page', '案卷.html is not the one that the manifest lists');
  const again = manifestText({ manifest, decision, entries, checkpoint: log.checkpoint, packs, calendars, items, register, zip });
  if (!again.equals(files.get('manifest.json'))) throw new Broken('derived', 'manifest.json does not fit the rest');
  order(zip, items, files);
  checksums(zip);
  return {
    decision, trusted: log.trusted, origin: log.checkpoint.origin, size: log.checkpoint.size,
    entries: entries.length, withheld: entries.filter((e) => e.withheld).length, opinions: register.count,
    materials: items.filter((i) => i.path).length, witnesses: log.witnessed(witnesses), files: zip.length,
  };
}

function readManifest(files) {
  let manifest;
  try {
    manifest = parse(files.get('manifest.json'), 'manifest.json');
  } catch (err) {
    throw new Unusable('format', err.message);
  }
  if (!(manifest instanceof Map) || manifest.get('format') !== 'juece-dossier/1') throw new Unusable('format', 'a dossier of an unknown format');
  as('manifest', () => shaped(manifest));
  return manifest;
}

// history walks the chain and finds each entry in the log, one after the other:
// the first that fails in either is the one to name.
function history(files, manifest, decision, keys) {
  const raw = lines(files.get('history/entries.jsonl'));
  if (raw.length === 0) throw new Unusable('empty', 'there is no entry: nothing to verify');
  const said = get(manifest, 'entries', 'array', 'manifest.json');
  const proofs = attempt(() => readProofs(files));
  const keyFile = attempt(() => readKeyFile(files));
  const log = attempt(() => {
    if (keyFile.error) throw keyFile.error;
    return new Log(files.get('log/checkpoint'), keyFile.value, proofs.value?.earlier, keys);
  });
  const chain = new Chain(decision);
  const entries = [];
  let last = -1n;
  raw.forEach((line, i) => {
    const seq = i + 1;
    if (i >= said.length) throw new Broken('count', `the manifest speaks of ${said.length} entries, there are ${raw.length}`, seq);
    const digest = as('malformed', () => digestForm(said[i] instanceof Map ? said[i].get('digest') : undefined, `entry ${seq}`), seq);
    const e = line.length === 0 ? chain.withheld(digest, restriction(said[i].get('withheld'), `entry ${seq}`, seq)) : chain.next(line, digest);
    if (!e.withheld && said[i].has('withheld')) throw new Broken('manifest', `entry ${seq} is said to be withheld, and is there`, seq);
    if (!proofs.error && !log.error) last = placed(log.value, proofs.value.entries[i], decision, seq, digest, last);
    entries.push(e);
  });
  if (said.length !== raw.length) throw new Broken('count', `the manifest speaks of ${said.length} entries, there are ${raw.length}`, raw.length + 1);
  if (!ended(files.get('history/entries.jsonl'))) throw new Broken('malformed', 'the last line does not end', raw.length);
  if (proofs.error ?? log.error) throw proofs.error ?? log.error;
  if (proofs.value.entries.length !== raw.length) throw new Broken('count', `there are ${proofs.value.entries.length} proofs for ${raw.length} entries`, raw.length + 1);
  return { entries, log: log.value };
}

// as names what goes wrong by another code.
function as(code, what, seq = 0) {
  try {
    return what();
  } catch (err) {
    if (err instanceof Broken) Object.assign(err, { code, seq: err.seq || seq });
    throw err;
  }
}

const PROOF = [['seq', 'bigint', true], ['position', 'bigint', true], ['proof', 'array', true]];

// oneLine reads a file of one line in the one spelling.
function oneLine(bytes, where) {
  if (!ended(bytes) || bytes.length === 0) throw new Broken('malformed', `${where}: the line does not end`);
  return parse(bytes.subarray(0, -1), where, { canonical: true });
}

// readProofs reads log/proofs.json.
function readProofs(files) {
  return as('proof', () => {
    const p = fields(oneLine(files.get('log/proofs.json'), 'log/proofs.json'), [['entries', 'array', true], ['earlier', 'array', true]], 'log/proofs.json', { ordered: true });
    p.entries = p.entries.map((item, i) => fields(item, PROOF, `proof ${i + 1}`, { ordered: true }));
    for (const e of p.entries) e.proof.forEach((h) => hash32(h, 'a proof'));
    p.earlier.forEach((item) => fields(item, [['checkpoint', 'string', true], ['proof', 'array', true]], 'an earlier checkpoint', { ordered: true }));
    return p;
  });
}

// readKeyFile reads log/keys.json.
function readKeyFile(files) {
  return as('proof', () => {
    const map = oneLine(files.get('log/keys.json'), 'log/keys.json');
    const { keys } = fields(map, [['keys', 'array', true], ['handovers', 'array', true]], 'log/keys.json', { ordered: true });
    keys.forEach((item) => fields(item, [['leaf', 'string', true], ['position', 'bigint', true], ['proof', 'array', true]], 'a key leaf', { ordered: true }));
    return map;
  });
}

function attempt(what) {
  try {
    return { value: what() };
  } catch (error) {
    if (!(error instanceof Broken) && !(error instanceof Unusable)) throw error;
    return { error };
  }
}

// placed checks that an entry is a leaf of the log.
function placed(log, p, decision, seq, digest, last) {
  const where = `entry ${seq}`;
  if (p === undefined) throw new Broken('count', `${where} has no proof`, seq);
  try {
    if (p.seq !== BigInt(seq) || p.position <= last) throw new Broken('proof', `${where}: its proof is out of order`);
    proveLeaf(log.checkpoint, entryLeaf(decision, seq, digest), p.position, p.proof, where);
    return p.position;
  } catch (err) {
    if (err instanceof Broken) err.seq ||= seq;
    throw err;
  }
}

const CLASSES = ['personal', 'commercial', 'deliberation', 'security', 'other'];

// restriction reads why something is withheld.
function restriction(value, where, seq = 0) {
  if (!(value instanceof Map) || !CLASSES.includes(value.get('class')) || typeof value.get('ground') !== 'string' || value.get('ground') === '') {
    throw new Broken('missing', `${where} is missing, and nothing says why`, seq);
  }
  return value;
}

// gone checks that what is not there is withheld, or was erased by an entry
// that names it.
function gone(item, entries, where, names) {
  const erased = item.get('erased');
  if (erased === undefined) {
    restriction(item.get('withheld'), where);
    return false;
  }
  const seq = erased instanceof Map ? Number(erased.get('seq')) : 0;
  const e = entries[seq - 1];
  if (item.has('withheld') || e === undefined) throw new Broken('missing', `${where} is missing, and nothing says why`);
  if (!e.withheld && !(e.kind === 'erase_data' && names(e.act))) throw new Broken('erased', `${where}: entry ${seq} did not erase it`, seq);
  return true;
}

// opinions checks each opinion, and the root of each batch.
function opinions(files, entries) {
  const bytes = files.get('history/register.jsonl');
  if (!ended(bytes)) throw new Broken('register', 'the last line of the register does not end');
  const summary = { count: 0, withheld: 0, erased: 0 };
  const digests = lines(bytes).map((line, i) => {
    const where = `opinion ${i + 1}`;
    let o;
    try {
      o = fields(parse(line, where, { canonical: true }), [['position', 'bigint', true], ['digest', 'string', true], ['body', 'string', false], ['withheld', 'object', false], ['erased', 'object', false]], where, { ordered: true });
    } catch (err) {
      throw err instanceof Broken ? new Broken('register', err.message) : err;
    }
    if (o.position !== BigInt(i + 1)) throw new Broken('register', `${where}: out of order`);
    digestForm(o.digest, where);
    summary.count++;
    if (o.body === undefined) {
      const item = new Map(Object.entries(o));
      const erased = gone(item, entries, where, (act) => (act.get('opinions') ?? []).includes(o.position));
      summary[erased ? 'erased' : 'withheld']++;
    } else if (o.withheld || o.erased || domained(algorithmOf(o.digest), 'juece-opinion/1', Buffer.from(o.body)) !== o.digest) {
      throw new Broken('opinion', `${where}: it is not the one that was received`);
    }
    return o.digest;
  });
  roots(digests, entries);
  return summary;
}

function roots(digests, entries) {
  let next = 1n;
  let gap = false;
  for (const [i, e] of entries.entries()) {
    gap ||= e.withheld;
    if (e.withheld) next = 0n;
    if (e.kind !== 'commit_opinions') continue;
    const [first, last, want] = ['first', 'last', 'root'].map((k) => e.act.get(k));
    if ((next > 0n && first !== next) || first < 1n || last < first || last > BigInt(digests.length)) {
      throw new Broken('register', `entry ${i + 1}: commits to opinions ${first} to ${last}, which are not there`, i + 1);
    }
    const batch = digests.slice(Number(first) - 1, Number(last)).map((d) => leafHash(Buffer.from(d)));
    if (`sha256:${root(batch).toString('hex')}` !== want) throw new Broken('register', `entry ${i + 1}: the opinions are not those it commits to`, i + 1);
    next = last + 1n;
  }
  if (!gap && next !== BigInt(digests.length) + 1n) throw new Broken('register', `opinions from ${next} on belong to no entry`);
}

export const pathOf = (digest) => `materials/${digest.replace(':', '-')}`;

// materials lists what the entries name, each once, and hashes every content.
function materials(manifest, files, entries) {
  const salts = files.has('materials/salts.json') ? as('salts', () => oneLine(files.get('materials/salts.json'), 'materials/salts.json')) : new Map();
  const said = new Map(get(manifest, 'items', 'array', 'manifest.json').map((i) => [i instanceof Map ? i.get('digest') : '', i]));
  const items = [];
  const known = new Set();
  for (const e of entries) {
    for (const m of e.withheld ? [] : digestsOf(e.act)) {
      if (known.has(m.digest)) continue;
      known.add(m.digest);
      items.push({ ...m, entry: e });
    }
  }
  for (const item of items) {
    const line = said.get(item.digest);
    if (line === undefined) throw new Broken('missing', `entry ${item.entry.seq} names ${item.digest}, which is not listed`, Number(item.entry.seq));
    item.withheld = line.get('withheld');
    item.erased = line.get('erased');
    const content = files.get(pathOf(item.digest));
    if (content === undefined) {
      gone(line, entries, `the material ${item.digest}`, (act) => (act.get('materials') ?? []).includes(item.digest));
      continue;
    }
    item.path = pathOf(item.digest);
    const salt = salts.has(item.digest) ? base64(salts.get(item.digest), item.digest) : Buffer.alloc(0);
    if (ofMaterial(digestForm(item.digest, 'a material'), content, salt) !== item.digest) {
      throw new Broken('material', `${item.digest} is not the file that entry ${item.entry.seq} names`, Number(item.entry.seq));
    }
  }
  return items;
}

// texts re-hashes the rule packs and calendars that the entries name, in the
// order in which they name them.
function texts(manifest, files, entries) {
  const read = (path, where) => {
    const content = typeof path === 'string' ? files.get(path) : undefined;
    if (content === undefined) throw new Broken('missing', `${where}: ${path} is missing`);
    return content;
  };
  const listed = (kind, digest, seq) => {
    const line = get(manifest, kind, 'array', 'manifest.json').find((p) => p instanceof Map && p.get('digest') === digest);
    if (line === undefined) throw new Broken('missing', `entry ${seq}: ${digest} is not listed`, seq);
    return get(line, 'files', 'array', kind);
  };
  const packs = new Map();
  const calendars = new Map();
  for (const e of entries.filter((one) => !one.withheld)) {
    const seq = Number(e.seq);
    if (!packs.has(e.pack)) {
      const parts = listed('packs', e.pack, seq).map((path) => read(path, 'a rule pack'));
      const source = Buffer.concat(parts.flatMap((p, i) => (i === 0 ? [p] : [Buffer.from('\n---\n'), p])));
      if (plain('sha256', source) !== e.pack) throw new Broken('pack', `the rule pack is not the one that entry ${seq} names`, seq);
      const name = /^pack:\s*["']?([^\s"'#]+)/m.exec(parts.at(-1).toString())?.[1];
      packs.set(e.pack, { name, digest: e.pack, files: parts.map((p) => `packs/${createHash('sha256').update(p).digest('hex')}.yaml`) });
    }
    if (!calendars.has(e.calendar)) {
      const paths = listed('calendars', e.calendar, seq);
      const names = paths.map((path) => String(path).slice(String(path).lastIndexOf('/') + 1));
      const source = Buffer.concat(paths.flatMap((path, i) => {
        const content = read(path, 'a calendar');
        return [Buffer.from(`${names[i]}\0${content.length}\0`), content];
      }));
      if (plain('sha256', source) !== e.calendar) throw new Broken('calendar', `the calendar is not the one that entry ${seq} names`, seq);
      calendars.set(e.calendar, { digest: e.calendar, files: names.map((n) => `calendars/${e.calendar.slice('sha256:'.length)}/${n}`) });
    }
  }
  for (const [path, want] of Object.entries(STATUTES)) {
    if (files.has(path) && createHash('sha256').update(files.get(path)).digest('hex') !== want) throw new Broken('statute', `${path} is not the text as it was published`);
  }
  return { packs: [...packs.values()], calendars: [...calendars.values()] };
}

// order holds the files to those that the rest asks for, in their order.
function order(zip, items, files) {
  const manifest = parse(files.get('manifest.json'), 'manifest.json');
  const under = (kind) => [...new Set(manifest.get(kind).flatMap((p) => p.get('files')))].sort();
  const want = [
    ...FIXED, ...under('packs'), ...under('calendars'), ...zip.map((f) => f.name).filter((n) => n.startsWith('statutes/')).sort(),
    ...items.filter((i) => i.path).map((i) => i.path),
  ];
  if (items.some((i) => i.path && i.digest.startsWith('hmac-'))) want.push('materials/salts.json');
  if (want.join('\n') !== zip.map((f) => f.name).join('\n')) throw new Broken('container', 'the files are not those that the entries ask for, or not in their order');
  if (!files.has('materials/salts.json')) return;
  const salts = parse(files.get('materials/salts.json'), 'materials/salts.json');
  const salted = items.filter((i) => i.path && i.digest.startsWith('hmac-')).map((i) => i.digest).sort();
  const text = `{${salted.map((d) => `${JSON.stringify(d)}:${JSON.stringify(salts.get(d))}`).join(',')}}\n`;
  if (text !== files.get('materials/salts.json').toString()) throw new Broken('derived', 'materials/salts.json does not fit the rest');
}
