#!/usr/bin/env node
// A second verifier of dossiers, written from docs/history-format.md alone and
// sharing no line with the first. It needs Node 18 or later and nothing else.
//
//   node verify.mjs FILE.zip… [--key VKEY|FILE]… [--checkpoint FILE]
//                   [--earlier FILE]… [--witness VKEY]… [--json]
//
// Exit codes: 0 sound, 1 broken, 2 nothing here could be verified.
import { existsSync, readFileSync } from 'node:fs';
import { verifyDossier } from './dossier.mjs';
import { Broken, Unusable } from './verdict.mjs';

function options(args) {
  const o = { files: [], keys: [], witnesses: [], checkpoints: [], json: false };
  for (let i = 0; i < args.length; i++) {
    const value = () => {
      if (i + 1 >= args.length) throw new Unusable('usage', `${args[i]} wants a value`);
      return args[++i];
    };
    switch (args[i]) {
      case '--key': {
        const given = value();
        o.keys.push(existsSync(given) ? readFileSync(given, 'utf8').trim() : given);
        break;
      }
      case '--witness': o.witnesses.push(value()); break;
      case '--checkpoint': o.checkpoints.push({ note: readFileSync(value()), where: 'the checkpoint given' }); break;
      case '--earlier': o.checkpoints.push({ note: readFileSync(value()), where: 'the earlier checkpoint' }); break;
      case '--json': o.json = true; break;
      default:
        if (args[i].startsWith('-')) throw new Unusable('usage', `unknown argument ${args[i]}`);
        o.files.push(args[i]);
    }
  }
  if (o.files.length === 0) throw new Unusable('usage', 'name the file to verify');
  return o;
}

const plainly = (value) => JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? Number(v) : v));

// one verifies one file, prints what was found and returns its exit code.
function one(file, o) {
  try {
    const found = verifyDossier(readFileSync(file), o);
    if (o.json) {
      console.log(plainly({ file, verdict: 'sound', ...found }));
      return 0;
    }
    console.log(`完好 SOUND: ${found.decision}: ${found.entries} entries (${found.withheld} withheld), ${found.materials} materials, ${found.opinions} opinions, log ${found.origin} at size ${found.size}.`);
    if (!found.trusted) console.log('注意 NOTE: 密钥取自案卷包本身 the key was taken from the dossier itself; name the one you trust with --key.');
    console.log('未重新适用规则，未比对页面 The rules were not run again and the page was not made again: juece verify does both.');
    return 0;
  } catch (err) {
    return failed(err, o.json, file);
  }
}

function failed(err, json, file) {
  const broken = err instanceof Broken;
  if (!broken && !(err instanceof Unusable) && err.code !== 'ENOENT') throw err;
  const verdict = broken ? 'broken' : 'unusable';
  if (json) console.log(plainly({ file, verdict, code: err.code, seq: err.seq ?? 0, message: err.message }));
  else console.log(`${broken ? '不成立 BROKEN' : '无法核验 UNUSABLE'} (${err.code}): ${err.message}`);
  return broken ? 1 : 2;
}

function main(args) {
  let o;
  try {
    o = options(args);
  } catch (err) {
    return failed(err, args.includes('--json'));
  }
  return Math.max(...o.files.map((file) => one(file, o)));
}

process.exitCode = main(process.argv.slice(2));
