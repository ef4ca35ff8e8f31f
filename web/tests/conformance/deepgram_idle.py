"""A warm connection of Deepgram's official library: idle for a minute, then telephone sound: python deepgram_idle.py URL PCM_16K"""

import struct
import sys
import threading
import time

from deepgram import DeepgramClient
from deepgram.core.events import EventType
from deepgram.environment import DeepgramClientEnvironment

url, pcm = sys.argv[1:3]
socket = url.replace("http://", "ws://")
environment = DeepgramClientEnvironment(base=url, production=socket, agent=socket, agent_rest=url)
client = DeepgramClient(api_key="test", environment=environment)


def mulaw(sample):
    """G.711, by its definition."""
    magnitude = min(abs(sample) + 132, 32767)
    exponent = max(min(magnitude.bit_length() - 8, 7), 0)
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    return ~((0x80 if sample < 0 else 0) | exponent << 4 | mantissa) & 0xFF


audio = open(pcm, "rb").read()
samples = struct.unpack(f"<{len(audio) // 2}h", audio)
telephone = bytes(mulaw((a + b) // 2) for a, b in zip(samples[::2], samples[1::2]))

messages, closed = [], []
with client.listen.v1.connect(
    model="nova-3", language="en", encoding="mulaw", sample_rate="8000", utterance_end_ms="1000",
    interim_results="true", vad_events="true"
) as connection:
    connection.on(EventType.MESSAGE, messages.append)
    connection.on(EventType.CLOSE, closed.append)
    listening = threading.Thread(target=connection.start_listening, daemon=True)
    listening.start()
    begun = time.monotonic()
    while time.monotonic() - begun < 60:
        connection.send_keep_alive()
        time.sleep(4)
    assert listening.is_alive() and not messages, messages
    # At the pace of speech: then an end of speech is an event of its own.
    for at in range(0, len(telephone), 800):
        connection.send_media(telephone[at : at + 800])
        time.sleep(0.09)
    connection.send_close_stream()
    listening.join(60)
    assert not listening.is_alive(), "the server did not close"

kinds = [getattr(message, "type", "") for message in messages]
assert kinds[-1] == "Metadata" and "SpeechStarted" in kinds and "UtteranceEnd" in kinds, kinds
finals = [m for m in messages if getattr(m, "type", "") == "Results" and m.is_final]
said = " ".join(m.channel.alternatives[0].transcript for m in finals).split()
assert len(said) >= 5, said
for message in messages:
    if getattr(message, "type", "") == "Results" and not message.is_final:
        settled = [m.start + m.duration for m in finals if m.start + m.duration <= message.start + 0.001]
        assert message.start == 0 or settled, message
print("ok")
