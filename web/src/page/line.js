// The line to the server: a WebSocket that comes back by itself and loses no sound.
//
// Sound stays in `kept` until the server says that it is safe there; after a broken connection the same session is
// resumed and everything that is not safe is sent again. Its offset makes a repeated frame harmless.

const FIRST_WAIT = 300;
const LONGEST_WAIT = 10_000;

export class Line extends EventTarget {
  #address;
  #socket = null;
  #session = null;
  #settings = {};
  #kept = [];
  #next = 0;
  #controls = [];
  #wait = FIRST_WAIT;
  #ready = false;

  constructor(address) {
    super();
    this.#address = address;
    this.#connect();
    // A laptop that wakes up does not wait for the back-off.
    addEventListener("online", () => { if (!this.#ready) { this.#wait = FIRST_WAIT; this.#connect(); } });
  }

  /// A new recording: what follows is counted from zero in a session of its own.
  begin(settings) {
    this.#settings = settings;
    this.#session = null;
    this.#kept = [];
    this.#next = 0;
    this.#controls = [];
    this.#reconnect();
  }

  /// 16-bit samples at the rate that `begin` named.
  sound(samples) {
    const frame = { offset: this.#next, samples };
    this.#next += samples.length;
    this.#kept.push(frame);
    if (this.#ready) this.#sendFrame(frame);
  }

  finish() { this.#control({ type: "finish" }); }

  acknowledge(utterance) { if (this.#ready) this.#socket.send(JSON.stringify({ type: "ack", utterance })); }

  #control(message) {
    const control = { after: this.#next, text: JSON.stringify(message) };
    this.#controls.push(control);
    if (this.#ready) this.#socket.send(control.text);
  }

  #reconnect() {
    if (this.#socket) { this.#socket.onclose = null; this.#socket.close(1000); this.#socket = null; }
    this.#connect();
  }

  #connect() {
    if (this.#socket && this.#socket.readyState <= WebSocket.OPEN) return;
    this.#ready = false;
    const socket = new WebSocket(this.#address);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.onopen = () => {
      const hello = this.#session
        ? { type: "resume", session: this.#session.session, resume_token: this.#session.resume_token }
        : { type: "start", ...this.#settings };
      socket.send(JSON.stringify(hello));
    };
    socket.onmessage = (event) => this.#heard(JSON.parse(event.data));
    socket.onclose = () => {
      if (this.#socket !== socket) return;
      this.#ready = false;
      this.#tell({ type: "offline" });
      setTimeout(() => { if (this.#socket === socket) { this.#socket = null; this.#connect(); } }, this.#wait * (0.75 + Math.random() / 2));
      this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
    };
  }

  #heard(message) {
    if (message.type === "ready") this.#becameReady(message);
    if (message.type === "received") this.#safe(message.offset);
    if (message.type === "done") this.#controls = [];
    if (message.type === "error" && message.code === "unknown_session") {
      // The server has forgotten us (a restart): begin again with everything that was not safe there.
      this.#session = null;
      const first = this.#kept[0]?.offset ?? this.#next;
      for (const frame of this.#kept) frame.offset -= first;
      this.#next -= first;
      this.#socket.send(JSON.stringify({ type: "start", ...this.#settings }));
    }
    this.#tell(message);
  }

  #becameReady(message) {
    this.#session = message;
    this.#wait = FIRST_WAIT;
    this.#ready = true;
    this.#safe(message.received_offset);
    for (const frame of this.#kept) this.#sendFrame(frame);
    for (const control of this.#controls) this.#socket.send(control.text);
  }

  #safe(offset) {
    while (this.#kept.length && this.#kept[0].offset + this.#kept[0].samples.length <= offset) this.#kept.shift();
  }

  #sendFrame({ offset, samples }) {
    const frame = new ArrayBuffer(8 + samples.byteLength);
    new DataView(frame).setBigUint64(0, BigInt(offset), true);
    new Int16Array(frame, 8).set(samples);
    this.#socket.send(frame);
  }

  #tell(message) { this.dispatchEvent(new CustomEvent("message", { detail: message })); }
}
