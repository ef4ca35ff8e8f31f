// Two short sounds: recording begins, recording is over. Quiet, so that they are no part of what is recorded.

export type Signal = 'begin' | 'end';

const TONES: Record<Signal, [number, number]> = { begin: [587, 880], end: [880, 587] };
const TONE_S = 0.07;
const LOUDNESS = 0.06;

let context: AudioContext | null = null;

/** Two tones, up or down; says nothing where the browser plays no sound. */
export function signal(kind: Signal): void {
  try {
    context ??= new AudioContext();
    void context.resume();
    const start = context.currentTime + 0.01;
    TONES[kind].forEach((hertz, n) => tone(context!, hertz, start + n * TONE_S));
  } catch {
    // A recording does not depend on its signals.
  }
}

function tone(on: AudioContext, hertz: number, at: number): void {
  const [source, volume] = [on.createOscillator(), on.createGain()];
  source.frequency.value = hertz;
  // Risen and fallen within the tone: a tone that is cut off clicks.
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(LOUDNESS, at + TONE_S / 4);
  volume.gain.linearRampToValueAtTime(0, at + TONE_S);
  source.connect(volume).connect(on.destination);
  source.start(at);
  source.stop(at + TONE_S);
}
