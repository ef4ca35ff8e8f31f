// node transcribe.mjs FILE.wav [ADDRESS]: sends a 16 kHz mono 16-bit recording, prints the text.
// Needs Node 22, or Node 20 with --experimental-websocket; the same code runs in a browser.
import { readFileSync } from "node:fs";

const [path, address = "ws://127.0.0.1:3000/transcribe"] = process.argv.slice(2);
const samples = readFileSync(path).subarray(44);
const socket = new WebSocket(address);
socket.onopen = () => {
  for (let at = 0; at < samples.length; at += 3200) {
    const audio = samples.subarray(at, at + 3200).toString("base64");
    socket.send(JSON.stringify({ type: "audio_chunk", session_id: "example", quality: "normal", mode: "on_pause", audio }));
  }
  socket.send('{"type":"finish"}');
};
socket.onmessage = ({ data }) => {
  const message = JSON.parse(data);
  if (message.type === "final_text") console.log(message.text);
  if (message.type === "done") socket.close(1000);
};
