// Recordings by file, decoded with the browser's own decoders to 16-bit mono at 16 kHz.

export const FILE_RATE = 16_000;
/** Samples converted before the page may breathe. */
const SLICE = 1 << 19;

export async function decodeFile(file: Blob): Promise<Int16Array> {
  const context = new OfflineAudioContext(1, 1, FILE_RATE);
  const sound = await context.decodeAudioData(await file.arrayBuffer());
  const channels = Array.from({ length: sound.numberOfChannels }, (_, n) => sound.getChannelData(n));
  const samples = new Int16Array(sound.length);
  for (let from = 0; from < samples.length; from += SLICE) {
    toMono(channels, samples, from, Math.min(from + SLICE, samples.length));
    await new Promise((resolve) => setTimeout(resolve));
  }
  return samples;
}

function toMono(channels: Float32Array[], samples: Int16Array, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    let sum = 0;
    for (const channel of channels) sum += channel[i]!;
    samples[i] = Math.round(Math.max(-1, Math.min(1, sum / channels.length)) * 32767);
  }
}
