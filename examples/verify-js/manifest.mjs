// The manifest follows from the rest. It is written again and compared.
import { createHash } from 'node:crypto';
import { fields } from './json.mjs';

const texts = (...names) => names.map((name) => [name, 'string', true]);
const sizes = (...names) => names.map((name) => [name, 'bigint', true]);
const GONE = { withheld: [['class', 'string', false], ['ground', 'string', false]], erased: sizes('seq') };

const MANIFEST = [
  ...texts('format', 'program', 'decision', 'title', 'organ'), ...sizes('version'), ...texts('head'), ['checkpoint', 'object', true],
  ...texts('rendering'), ...['packs', 'calendars', 'entries', 'items'].map((name) => [name, 'array', true]),
  ['register', 'object', true], ['files', 'array', true],
];
const LINES = {
  packs: [...texts('name', 'digest'), ['files', 'array', true]],
  calendars: [...texts('digest'), ['files', 'array', true]],
  entries: [...sizes('seq'), ['kind', 'string', false], ...texts('digest'), ['withheld', 'object', false]],
  items: [
    ...texts('digest'), ['path', 'string', false], ['size', 'bigint', false], ...texts('title', 'act'), ...sizes('seq'),
    ...texts('producer', 'occurred_on', 'recorded_at'), ['draft', 'bigint', false], ['retention', 'string', false],
    ['withheld', 'object', false], ['erased', 'object', false],
  ],
  files: [...texts('path'), ...sizes('size'), ...texts('digest')],
};

// shaped holds a manifest to its fields. What they say is compared later.
export function shaped(manifest) {
  const m = fields(manifest, MANIFEST, 'manifest.json', { ordered: true });
  fields(m.checkpoint, [...texts('origin'), ...sizes('size'), ...texts('root')], 'checkpoint', { ordered: true });
  fields(m.register, sizes('count', 'withheld', 'erased'), 'register', { ordered: true });
  for (const [kind, shape] of Object.entries(LINES)) {
    for (const line of m[kind]) {
      const read = fields(line, shape, kind, { ordered: true });
      for (const [name, inner] of Object.entries(GONE)) if (read[name]) fields(read[name], inner, `${kind}: ${name}`, { ordered: true });
    }
  }
}

// text writes a value as the format has JSON: two spaces of indent, the line
// separators escaped, nothing else that need not be.
export function text(value, indent = 2) {
  const plain = JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? Number(v) : v instanceof Map ? Object.fromEntries(v) : v), indent);
  return Buffer.from(`${plain.replace(/\u2028/g, '\\u2028').replace(/\u2029/g, '\\u2029').replace(/\u007f/g, '\u007f')}\n`);
}

const leave = (v) => (v === '' || v === 0 || v === 0n ? undefined : v);

// line is an item of the manifest: what the entry that names a material first
// says of it.
function line(item, filed, files) {
  const { entry: e, digest, title } = item;
  return {
    digest, path: item.path, size: item.path ? leave(files.get(item.path).length) : undefined, title: title ?? '',
    act: e.kind, seq: e.seq, producer: filed?.get('producer') || e.actor.unit || e.actor.organ || e.actor.id,
    occurred_on: e.occurred_on ?? '', recorded_at: e.recorded_at, draft: leave(e.act.get('draft')),
    retention: leave(filed?.get('retention') ?? ''), withheld: item.withheld, erased: item.erased,
  };
}

// manifestText is the manifest as it must be.
export function manifestText({ manifest, decision, entries, checkpoint, packs, calendars, items, register, zip }) {
  const files = new Map(zip.map((f) => [f.name, f.content]));
  const proposal = entries.find((e) => e.kind === 'propose')?.act;
  const filed = new Map();
  for (const e of entries) {
    for (const i of e.kind === 'archive_case' ? (e.act.get('items') ?? []) : []) filed.set(i.get('digest'), i);
  }
  return text({
    format: 'juece-dossier/1', program: manifest.get('program'), decision,
    title: proposal?.get('title') ?? '', organ: proposal?.get('organ')?.get('name') ?? '',
    version: entries.length, head: entries.at(-1).digest,
    checkpoint: { origin: checkpoint.origin, size: checkpoint.size, root: checkpoint.root.toString('base64') },
    rendering: manifest.get('rendering'), packs, calendars,
    entries: entries.map((e, i) => ({ seq: i + 1, kind: e.kind, digest: e.digest, withheld: e.withheld || undefined })),
    items: items.map((i) => line(i, filed.get(i.digest), files)), register,
    files: zip.slice(1).map((f) => ({ path: f.name, size: f.content.length, digest: `sha256:${createHash('sha256').update(f.content).digest('hex')}` })),
  });
}
