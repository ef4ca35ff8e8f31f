// The page: a button to speak, the text as it comes, recordings by file or drop.

import { Line } from "/page/line.js";
import { Microphone, decodeFile } from "/page/microphone.js";
import { say, sayEverywhere } from "/page/words.js";

const element = (id) => document.getElementById(id);
const [talk, level, text, message, connection] = ["talk", "level", "text", "message", "connection"].map(element);
const line = new Line(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/transcribe`);
const microphone = new Microphone();
let speaking = false;
let paragraphs = new Map();

sayEverywhere(document);
showTalk();
showState("connecting");

line.addEventListener("message", ({ detail }) => handlers[detail.type]?.(detail));

const handlers = {
  ready: () => showState(speaking ? "listening" : "ready"),
  offline: () => showState("offline"),
  status: ({ state, queue_position }) => showState(state, queue_position),
  partial_text: ({ utterance, committed, tentative }) => showParagraph(utterance, committed, tentative),
  final_text: (final) => {
    showParagraph(final.utterance, final.text, "");
    line.acknowledge(final.utterance);
  },
  busy: () => showMessage(say("busy")),
  error: (error) => { if (error.code !== "unknown_session") showMessage(`${error.message} (${error.hint})`); },
};

function showState(state, position) {
  connection.dataset.state = state;
  connection.textContent = say(state) + (position ? ` ${position}` : "");
}

function showMessage(words) {
  message.hidden = !words;
  message.textContent = words;
}

function showTalk() {
  talk.textContent = say(speaking ? "stop" : "start");
  talk.setAttribute("aria-pressed", speaking);
}

// Committed words never move: only the tentative ones behind them are replaced.
function showParagraph(utterance, committed, tentative) {
  let shown = paragraphs.get(utterance);
  if (!shown) {
    if (!committed && !tentative) return;
    const paragraph = document.createElement("p");
    shown = { paragraph, committed: document.createElement("span"), tentative: document.createElement("span") };
    shown.tentative.className = "tentative";
    paragraph.append(shown.committed, shown.tentative);
    text.append(paragraph);
    paragraphs.set(utterance, shown);
  }
  shown.committed.textContent = committed;
  shown.tentative.textContent = (committed && tentative ? " " : "") + tentative;
  shown.paragraph.hidden = !committed && !tentative;
  text.scrollTop = text.scrollHeight;
}

function settings(sampleRate) {
  const language = element("language").value;
  return { mode: "on_pause", quality: element("quality").value, language, audio: { encoding: "pcm_s16le", sample_rate: sampleRate, channels: 1 } };
}

async function startSpeaking() {
  showMessage("");
  talk.disabled = true;
  // Sound from the very first moment is kept until the line is open.
  const early = [];
  let take = (samples) => early.push(samples);
  try {
    const sampleRate = await microphone.start((samples, peak) => {
      level.value = Math.sqrt(peak);
      take(samples);
    });
    paragraphs = new Map();
    line.begin(settings(sampleRate));
    for (const samples of early) line.sound(samples);
    take = (samples) => line.sound(samples);
    speaking = true;
  } catch (error) {
    await microphone.stop();
    const reasons = { NotAllowedError: "forbidden", NotFoundError: "noMicrophone", InsecureError: "insecure" };
    showMessage(say(reasons[error.name] ?? "noMicrophone"));
  } finally {
    talk.disabled = false;
    showTalk();
  }
}

async function stopSpeaking() {
  speaking = false;
  showTalk();
  await microphone.stop();
  level.value = 0;
  line.finish();
}

async function transcribeFile(file) {
  if (!file) return;
  showMessage("");
  try {
    const samples = await decodeFile(file);
    paragraphs = new Map();
    line.begin(settings(16000));
    for (let at = 0; at < samples.length; at += 16000) line.sound(samples.slice(at, at + 16000));
    line.finish();
  } catch {
    showMessage(say("unreadable"));
  }
}

talk.addEventListener("click", () => (speaking ? stopSpeaking() : startSpeaking()));
element("file").addEventListener("change", ({ target }) => { transcribeFile(target.files[0]); target.value = ""; });
element("copy").addEventListener("click", async ({ target }) => {
  const all = [...text.children].filter((p) => !p.hidden).map((p) => p.textContent).join("\n");
  await navigator.clipboard.writeText(all);
  target.textContent = say("copied");
  setTimeout(() => { target.textContent = say("copy"); }, 1500);
});
element("clear").addEventListener("click", () => { text.replaceChildren(); paragraphs = new Map(); });
addEventListener("keydown", (event) => {
  if (event.code === "Space" && event.target === document.body && !event.repeat) { event.preventDefault(); talk.click(); }
});
for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    event.preventDefault();
    text.classList.toggle("over", kind === "dragover");
    if (kind === "drop") transcribeFile(event.dataTransfer.files[0]);
  });
}
