// The microphone as a source of 16-bit samples.

export class Microphone {
  #context = null;
  #stream = null;

  /// Starts capturing; `onSamples(samples, peak)` is called every 20 ms. Returns the sample rate.
  async start(onSamples) {
    if (!navigator.mediaDevices) throw Object.assign(new Error("insecure"), { name: "InsecureError" });
    this.#stream = await navigator.mediaDevices.getUserMedia({
      audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
    this.#context = new AudioContext();
    await this.#context.audioWorklet.addModule("/page/capture.js");
    const source = this.#context.createMediaStreamSource(this.#stream);
    const capture = new AudioWorkletNode(this.#context, "capture", { numberOfOutputs: 0 });
    capture.port.onmessage = ({ data }) => onSamples(data.samples, data.peak);
    source.connect(capture);
    return Math.round(this.#context.sampleRate);
  }

  async stop() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    await this.#context?.close();
    this.#context = this.#stream = null;
  }
}

/// Decodes a recording with the browser's own decoders to 16-bit mono at 16 kHz.
export async function decodeFile(file) {
  const bytes = await file.arrayBuffer();
  const context = new OfflineAudioContext(1, 1, 16000);
  const sound = await context.decodeAudioData(bytes);
  const channels = Array.from({ length: sound.numberOfChannels }, (_, n) => sound.getChannelData(n));
  const samples = new Int16Array(sound.length);
  for (let i = 0; i < samples.length; i++) {
    let sum = 0;
    for (const channel of channels) sum += channel[i];
    samples[i] = Math.round(Math.max(-1, Math.min(1, sum / channels.length)) * 32767);
  }
  return samples;
}
