"""A client of the Vosk server, as its own test client talks: python vosk_client.py URL PCM_16K"""

import asyncio
import json
import sys

import websockets

url, pcm = sys.argv[1:3]


async def talk(words):
    async with websockets.connect(url.replace("http://", "ws://") + "/vosk") as socket:
        config = {"sample_rate": 16000}
        if words:
            config["words"] = 1
        await socket.send(json.dumps({"config": config}))
        texts, last = [], None
        audio = open(pcm, "rb").read()
        for at in range(0, len(audio), 8000):
            await socket.send(audio[at : at + 8000])
            # One answer for each chunk: its clients wait for it before they send the next.
            last = json.loads(await asyncio.wait_for(socket.recv(), 60))
            assert ("partial" in last) != ("text" in last), last
            texts.append(last.get("text", ""))
        await socket.send('{"eof" : 1}')
        last = json.loads(await asyncio.wait_for(socket.recv(), 60))
        texts.append(last["text"])
        if words:
            for word in last.get("result", []):
                assert word["start"] <= word["end"] and 0 <= word["conf"] <= 1 and word["word"], word
        return " ".join(text for text in texts if text)


async def main():
    plain, timed = await talk(False), await talk(True)
    assert plain == timed and len(plain.split()) >= 10, (plain, timed)
    assert plain == plain.lower(), plain


asyncio.run(main())
print("ok")
