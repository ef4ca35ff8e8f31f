"""The Wyoming library as Home Assistant uses it: python wyoming_current.py HOST:PORT PCM_16K"""

import asyncio
import sys

from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.error import Error
from wyoming.info import Describe, Info
from wyoming.ping import Ping, Pong
from wyoming.tts import Synthesize

address, pcm = sys.argv[1:3]
host, port = address.rsplit(":", 1)
audio = open(pcm, "rb").read()


async def describe():
    async with AsyncTcpClient(host, int(port)) as client:
        await client.write_event(Describe().event())
        info = Info.from_event(await client.read_event())
        assert info.asr[0].installed and "en" in info.asr[0].models[0].languages, info
        await client.write_event(Ping(text="x").event())
        assert Pong.from_event(await client.read_event()).text == "x"


async def transcribe():
    async with AsyncTcpClient(host, int(port)) as client:
        await client.write_event(Transcribe(language="en").event())
        await client.write_event(AudioStart(rate=16000, width=2, channels=1).event())
        for at in range(0, len(audio), 2048):
            chunk = AudioChunk(rate=16000, width=2, channels=1, audio=audio[at : at + 2048])
            await client.write_event(chunk.event())
        await client.write_event(AudioStop().event())
        while True:
            event = await client.read_event()
            assert event is not None, "closed without a transcript"
            if Transcript.is_type(event.type):
                return Transcript.from_event(event).text


async def synthesize():
    # There is no speech synthesis: the client is told so and is not left waiting.
    async with AsyncTcpClient(host, int(port)) as client:
        await client.write_event(Synthesize(text="hello").event())
        answer = await client.read_event()
        assert Error.is_type(answer.type) and Error.from_event(answer).code == "no-tts", answer


async def main():
    await describe()
    await synthesize()
    one, two = await asyncio.gather(transcribe(), transcribe())
    assert one == two and len(one.split()) >= 10, (one, two)
    # As Home Assistant does it: a connection for each utterance, one after the other.
    for _ in range(2):
        assert await transcribe() == one


asyncio.run(main())
print("ok")
