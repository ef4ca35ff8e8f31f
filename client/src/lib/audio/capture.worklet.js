// Runs in the audio thread: collects 20 ms of the microphone as 16-bit samples and posts them with their level.

class Capture extends AudioWorkletProcessor {
  #samples = new Int16Array(Math.round(sampleRate / 50));
  #filled = 0;
  #peak = 0;
  #isOver = false;

  constructor() {
    super();
    // Any message says that nobody listens any more; otherwise it would run for ever.
    this.port.onmessage = () => (this.#isOver = true);
  }

  process([input]) {
    if (this.#isOver) return false;
    const channel = input[0];
    if (!channel) return true;
    for (const value of channel) {
      const limited = Math.max(-1, Math.min(1, value));
      this.#peak = Math.max(this.#peak, Math.abs(limited));
      this.#samples[this.#filled++] = Math.round(limited * 32767);
      if (this.#filled === this.#samples.length) {
        const samples = this.#samples.slice();
        this.port.postMessage({ samples, peak: this.#peak }, [samples.buffer]);
        this.#filled = 0;
        this.#peak = 0;
      }
    }
    return true;
  }
}

registerProcessor('capture', Capture);
