#!/usr/bin/env python3
"""transcribe.py FILE.wav [ADDRESS]: sends a 16 kHz mono 16-bit recording, prints the text (pip install websockets)."""
import asyncio, base64, json, sys, wave
import websockets

async def main(path, address="ws://127.0.0.1:3000/transcribe"):
    async with websockets.connect(address) as socket:
        with wave.open(path) as recording:
            while samples := recording.readframes(1600):
                chunk = {"type": "audio_chunk", "session_id": "example", "quality": "normal", "mode": "on_pause",
                         "audio": base64.b64encode(samples).decode()}
                await socket.send(json.dumps(chunk))
        await socket.send('{"type": "finish"}')
        async for message in socket:
            message = json.loads(message)
            if message["type"] == "final_text":
                print(message["text"])
            if message["type"] == "done":
                return

asyncio.run(main(*sys.argv[1:]))
