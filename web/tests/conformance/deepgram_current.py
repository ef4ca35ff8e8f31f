"""Deepgram's official library against a running server: python deepgram_current.py URL WAV PCM_16K"""

import sys
import threading
import time

from deepgram import DeepgramClient
from deepgram.core.events import EventType
from deepgram.environment import DeepgramClientEnvironment

url, wav, pcm = sys.argv[1:4]
socket = url.replace("http://", "ws://")
environment = DeepgramClientEnvironment(base=url, production=socket, agent=socket, agent_rest=url)
client = DeepgramClient(api_key="test", environment=environment)

with open(wav, "rb") as file:
    reply = client.listen.v1.media.transcribe_file(request=file.read(), model="nova-3", language="en", smart_format=True)
text = reply.results.channels[0].alternatives[0].transcript
assert len(text.split()) >= 10, reply

messages = []
with client.listen.v1.connect(
    model="nova-3", language="en", encoding="linear16", sample_rate="16000", interim_results="true", smart_format="true"
) as connection:
    connection.on(EventType.MESSAGE, messages.append)
    listening = threading.Thread(target=connection.start_listening, daemon=True)
    listening.start()
    audio = open(pcm, "rb").read()
    half = len(audio) // 2
    for at in range(0, half, 8192):
        connection.send_media(audio[at : min(at + 8192, half)])
    # Longer than the server waits without a sign of life.
    for _ in range(4):
        time.sleep(3)
        connection.send_keep_alive()
    for at in range(half, len(audio), 8192):
        connection.send_media(audio[at : at + 8192])
    connection.send_finalize()
    connection.send_close_stream()
    listening.join(60)
    assert not listening.is_alive(), "the server did not close"

kinds = [message.type for message in messages if hasattr(message, "type")]
assert kinds[-1] == "Metadata", kinds
finals = [m for m in messages if getattr(m, "type", "") == "Results" and m.is_final]
assert any(m.from_finalize for m in finals), finals
end = 0.0
for result in finals:
    assert abs(result.start - end) < 0.001, (result.start, end)
    end = result.start + result.duration
said = " ".join(m.channel.alternatives[0].transcript for m in finals).split()
assert len(said) >= 8, said
print("ok")
