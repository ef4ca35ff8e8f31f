"""The library before the general release: python openai_legacy.py URL WAV PCM_24K"""

import asyncio
import base64
import sys

import openai

url, wav, pcm = sys.argv[1:4]
client = openai.OpenAI(base_url=url + "/v1", api_key="sk-test", max_retries=0)
with open(wav, "rb") as file:
    plain = client.audio.transcriptions.create(file=file, model="whisper-1", language="en")
assert len(plain.text.split()) >= 10, plain


async def realtime():
    socket = url.replace("http://", "ws://") + "/v1"
    asynchronous = openai.AsyncOpenAI(base_url=url + "/v1", api_key="sk-test", websocket_base_url=socket)
    audio = open(pcm, "rb").read()
    # It offers `permessage-deflate`, which must be declined for this to work at all.
    async with asynchronous.beta.realtime.connect(model="whisper-1", extra_query={"intent": "transcription"}) as connection:
        extensions = connection._connection.protocol.extensions
        assert not extensions, f"compression was agreed to: {extensions}"
        first = await connection.recv()
        assert first.type == "transcription_session.created", first
        session = {
            "input_audio_format": "pcm16",
            "input_audio_transcription": {"model": "whisper-1", "language": "en"},
            "turn_detection": None,
        }
        await connection.transcription_session.update(session=session)
        assert (await connection.recv()).type == "transcription_session.updated"
        for at in range(0, len(audio), 9600):
            await connection.input_audio_buffer.append(audio=base64.b64encode(audio[at : at + 9600]).decode())
        await connection.input_audio_buffer.commit()
        while True:
            event = await asyncio.wait_for(connection.recv(), 60)
            assert event.type != "error", event
            if event.type.endswith("input_audio_transcription.completed"):
                assert len(event.transcript.split()) >= 10, event
                return


asyncio.run(realtime())
print("ok")
