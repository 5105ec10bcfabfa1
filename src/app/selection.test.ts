import { describe, expect, it } from 'vitest';
import { LINK } from '../core/frame.ts';
import type { FoundFrame } from './evidence.ts';
import { asPcapng } from './selection.ts';

async function* frames(n: number): AsyncGenerator<FoundFrame> {
  for (let i = 1; i <= n; i++)
    yield { frame: i, tsUs: i, bytes: new Uint8Array(60), wire: 60, linkType: LINK.ETHERNET };
}
const text = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes);

describe('a capture of a selection', () => {
  it('is whole below its limits, and says in the file where it was cut', async () => {
    const whole = await asPcapng(frames(3), { bytes: 1e6, frames: 3 });
    expect(whole.isCut).toBe(false);
    expect(text(whole.bytes)).not.toContain('Only the first');
    const cut = await asPcapng(frames(4), { bytes: 1e6, frames: 3 });
    expect(cut.isCut).toBe(true);
    expect(text(cut.bytes)).toContain('Only the first 3 frames');
    expect((await asPcapng(frames(4), { bytes: 200, frames: 100 })).isCut).toBe(true);
  });
});
