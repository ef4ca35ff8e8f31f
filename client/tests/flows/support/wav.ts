// Sound files for the fake microphone: 16-bit mono at 16 kHz, as the samples of the models are.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const SAMPLES = join(import.meta.dirname, '../../../../models/asr/samples');
export const RATE = 16_000;

export function readSamples(name: string): Int16Array {
  const bytes = readFileSync(join(SAMPLES, name));
  const at = bytes.indexOf('data', 12, 'latin1') + 8;
  const data = bytes.subarray(at, at + bytes.readUInt32LE(at - 4));
  return new Int16Array(data.buffer.slice(data.byteOffset, data.byteOffset + (data.length & ~1)));
}

export const silence = (seconds: number) => new Int16Array(Math.round(seconds * RATE));

export function writeWav(path: string, parts: Int16Array[]): number {
  const samples = parts.reduce((sum, part) => sum + part.length, 0);
  const bytes = Buffer.alloc(44 + samples * 2);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(36 + samples * 2, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(RATE, 24);
  bytes.writeUInt32LE(RATE * 2, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(samples * 2, 40);
  let at = 44;
  for (const part of parts) for (const sample of part) at = bytes.writeInt16LE(sample, at);
  writeFileSync(path, bytes);
  return samples / RATE;
}
