// Binary frames of the native protocol: an 8-byte little-endian sample offset, then 16-bit samples.

export const HEADER_BYTES = 8;

/** `offset` counts samples from the start of the session on the server. */
export function encodeFrame(offset: number, samples: Int16Array): ArrayBuffer {
  const frame = new ArrayBuffer(HEADER_BYTES + samples.length * 2);
  new DataView(frame).setBigUint64(0, BigInt(offset), true);
  new Int16Array(frame, HEADER_BYTES).set(samples);
  return frame;
}
