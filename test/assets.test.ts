/**
 * Two promises held against every capture there is: only what sent a frame is a device, and every statement leads back
 * to frames that were there. And no secret of the wire appears in anything that is said or kept.
 */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Evidence } from '../src/core/frame.ts';
import type { SiteModel } from '../src/core/site-model.ts';
import { ipv6Text } from '../src/lib/address.ts';
import { driveSite } from './drive.ts';
import { describeShared, sharedCapture, sharedCaptures } from './shared.ts';

/** The link types and source addresses of a capture file, read without the product's readers and decoders. */
const readSenders = (path: string): { links: Set<number>; macs: Set<string>; ips: Set<string>; frames: number } => {
  const b = readFileSync(path);
  const v = new DataView(b.buffer, b.byteOffset, b.length);
  const links = new Set<number>();
  const macs = new Set<string>();
  const ips = new Set<string>();
  let frames = 0;
  const frame = (o: number, captured: number) => {
    frames++;
    if (captured >= 12) macs.add((b.toString('hex', o + 6, o + 12).match(/../g) ?? []).join(':'));
    if (captured >= 34 && v.getUint16(o + 12) === 0x0800) ips.add(b.subarray(o + 26, o + 30).join('.'));
    if (captured >= 54 && v.getUint16(o + 12) === 0x86dd) ips.add(ipv6Text(b, o + 22));
  };
  if (v.getUint32(0, true) === 0x0a0d0d0a) {
    const little = v.getUint32(8, true) === 0x1a2b3c4d;
    for (let o = 0; o + 12 <= b.length; ) {
      const kind = v.getUint32(o, little);
      const size = v.getUint32(o + 4, little);
      if (size < 12 || o + size > b.length) break;
      if (kind === 1) links.add(v.getUint16(o + 8, little));
      if (kind === 6) frame(o + 28, v.getUint32(o + 20, little));
      o += size;
    }
  } else {
    const little = v.getUint8(0) === 0xd4 || v.getUint8(0) === 0x4d;
    links.add(v.getUint32(20, little) & 0xffff);
    for (let o = 24; o + 16 <= b.length; ) {
      const captured = v.getUint32(o + 8, little);
      if (o + 16 + captured > b.length) break;
      frame(o + 16, captured);
      o += 16 + captured;
    }
  }
  return { links, macs, ips, frames };
};

/** Every piece of evidence that the site holds, with what it is for. */
function* evidenceOf(model: SiteModel): Generator<[string, Evidence]> {
  function* each(what: string, list: readonly Evidence[]): Generator<[string, Evidence]> {
    for (const e of list) yield [what, e];
  }
  for (const a of model.assets()) {
    for (const f of model.facts(a.id)) yield* each(`${a.name} ${f.attribute}`, f.evidence);
    for (const m of a.modules) yield* each(`${a.name} slot ${m.slot}`, m.evidence);
  }
  for (const m of model.mentioned()) for (const f of m.facts) yield* each(`${m.ip} ${f.attribute}`, f.evidence);
  for (const c of model.commands()) {
    yield* each(c.operation, c.evidence);
    yield* each(c.operation, c.lastEvidence);
  }
  for (const s of model.sessions()) yield* each(`session ${s.protocol}`, s.evidence);
  for (const w of model.weirds()) yield* each(w.code, w.evidence);
  for (const c of model.changes()) yield* each(c.what, c.evidence);
}

/** Passwords, community strings, tokens and hashes that these captures carry in clear (found with Wireshark). */
const SECRETS: readonly (readonly [string, readonly string[]])[] = [
  ['bacnet/malcolm.BACnet_device_control', ['HIGH']],
  ['bacnet/icsnpp.bacnet_error_reject_abort', ['filister']],
  ['bacnet/icsnpp.bacnet_example', ['Delcatty70']],
  ['snmp/suricata-verify.SNMPv2c_get_requests', ['[R0_C@cti!]']],
  ['snmp/zeek.snmpv1_get', ['public']],
  ['snmp/zeek.snmpv2_get', ['public']],
  ['snmp/zeek.snmpwalk-short', ['public']],
  // Typed key by key, so not in the file as a word.
  ['it-background/malcolm.Telnet', ['capture', 'barrymanilow', 'barrymn', 'anilow']],
  ['it-background/malcolm.NTLM', ['TlRMTVNTUAADAAAAGAAYAIgAAAAYABgAoAAAA']],
  ['it-background/malcolm.DNS', ['DQAAAHQAAADzNqhxhqZjZLYnRdyJrNIAtEReDED']],
];

describeShared('every capture', () => {
  it('has no device that never sent, no evidence that is not there, no word from the future', {
    timeout: 300_000,
  }, async () => {
    const wrong: string[] = [];
    let ethernet = 0;
    for (const c of sharedCaptures()) {
      let future = 0;
      let now = () => 0;
      const { model, health, endpoints } = await driveSite(c.path, {
        each: (_, at) => {
          const current = now();
          if (at.frame > current || at.requestFrame > current || at.firstFrame > current) future++;
        },
        onMessage: (_, __, context) => {
          const current = now();
          if (context.frame > current || context.firstFrame > current) future++;
        },
        started: (run) => {
          now = () => run.pipeline.decoding.health.frames;
        },
      });
      if (future > 0) wrong.push(`${c.name}: ${future} observations name a frame that had not been read`);
      const senders = readSenders(c.path);
      if (senders.frames !== health.frames)
        wrong.push(`${c.name}: ${health.frames} frames, ${senders.frames} are there`);
      for (const [what, e] of evidenceOf(model))
        if (e.source !== 'capture' || !(e.frame >= 1 && e.frame <= senders.frames) || e.offset < 0)
          wrong.push(`${c.name}: ${what} rests on frame ${e.frame} at ${e.offset}`);
      if (senders.links.size !== 1 || !senders.links.has(1)) continue;
      ethernet++;
      for (const a of model.assets()) {
        if (a.kind !== 'device') continue;
        const inTunnel = a.endpoints.some((m) => endpoints.get(m.endpoint).tunnel !== undefined);
        const silent = a.macs.filter((mac) => !senders.macs.has(mac));
        // Loopback traffic written as Ethernet has no addresses but IP.
        const spoke =
          a.macs.length > 0
            ? silent.length === 0
            : a.endpoints.some((m) => senders.ips.has(endpoints.get(m.endpoint).ip ?? ''));
        if (!spoke && !inTunnel) wrong.push(`${c.name}: ${a.name} (${a.macs.join(' ')}) never sent a frame`);
      }
    }
    expect(wrong).toEqual([]);
    expect(ethernet).toBeGreaterThan(200);
  });

  it.each(SECRETS)('%s: the secret is in nothing that is said or kept', async (name, secrets) => {
    const said = new Set<string>();
    /** Every text and every run of octets, however deep; octets as hexadecimal. */
    const gather = (x: unknown): void => {
      if (typeof x === 'string') said.add(x);
      else if (x instanceof Uint8Array) said.add(Buffer.from(x).toString('latin1'));
      else if (x instanceof Map) for (const [k, v] of x) gather([k, v]);
      else if (typeof x === 'object' && x !== null) for (const v of Object.values(x)) gather(v);
    };
    let messages = 0;
    const { model, run } = await driveSite(sharedCapture(name), {
      source: 'file',
      each: (kind, _, what) => kind !== 'values' && gather(what),
      onMessage: (_, message) => {
        messages++;
        gather(message);
      },
    });
    expect(messages).toBeGreaterThan(0);
    const assets = model.assets();
    gather(assets.flatMap((a) => [a, model.facts(a.id)]));
    gather([model.commands(), model.sessions(), model.weirds(), model.changes(), model.mentioned(), run.health]);
    gather(model.points({ limit: 1000 }).rows);
    // The secret is on the wire, or the test would say nothing.
    const file = readFileSync(sharedCapture(name)).toString('latin1');
    for (const secret of secrets) {
      if (secret.length > 1)
        expect(file.includes(secret) || name.includes('Telnet'), `${secret} is in the file`).toBe(true);
      const shown = [...said].filter((text) => text === secret || (secret.length > 6 && text.includes(secret)));
      expect(shown, secret).toEqual([]);
    }
  });
});
