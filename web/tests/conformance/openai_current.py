"""The official library against a running server: python openai_current.py URL WAV WAV_16K_PCM"""

import asyncio
import base64
import sys

import openai

url, wav, pcm = sys.argv[1:4]
client = openai.OpenAI(base_url=url + "/v1", api_key="sk-test", max_retries=0)
whisper = dict(model="whisper-1", language="en")


def words(text):
    return ["".join(c for c in w.lower() if c.isalnum()) for w in text.split()]


def transcribe(**more):
    with open(wav, "rb") as file:
        return client.audio.transcriptions.create(file=file, **whisper, **more)


def formats():
    plain = transcribe()
    assert len(words(plain.text)) >= 10, plain
    for name in ("text", "srt", "vtt"):
        body = transcribe(response_format=name)
        assert isinstance(body, str) and body, (name, body)
    sure = transcribe(include=["logprobs"])
    assert len(sure.logprobs) >= 10 and all(one.logprob <= 0 for one in sure.logprobs), sure
    assert words("".join(one.token for one in sure.logprobs)) == words(sure.text), sure
    verbose = transcribe(response_format="verbose_json", timestamp_granularities=["word", "segment"])
    assert type(verbose).__name__ == "TranscriptionVerbose", verbose
    assert verbose.language == "english" and verbose.words and verbose.segments
    assert words(verbose.text) == words(plain.text)
    diarized = transcribe(response_format="diarized_json", chunking_strategy="auto")
    assert type(diarized).__name__ == "TranscriptionDiarized", diarized
    assert diarized.segments[0].speaker == "A"
    return plain.text


def stream(expected):
    done, deltas = None, []
    for event in transcribe(stream=True):
        if event.type == "transcript.text.delta":
            deltas.append(event.delta)
        elif event.type == "transcript.text.done":
            done = event.text
    assert "".join(deltas) == done and words(done) == words(expected), (deltas, done)


def errors():
    try:
        client.audio.transcriptions.create(file=("a.pdf", b"%PDF-1.7"), model="whisper-1")
    except openai.BadRequestError as error:
        assert error.code == "unsupported_format", error
    else:
        raise AssertionError("a PDF was transcribed")
    try:
        client.audio.translations.create(file=open(wav, "rb"), model="whisper-1")
    except openai.BadRequestError as error:
        assert error.code == "translation_not_supported", error
    else:
        raise AssertionError("it was translated")
    try:
        client.chat.completions.create(model="x", messages=[{"role": "user", "content": "hi"}])
    except openai.BadRequestError as error:
        assert "llm.model" in str(error)
    else:
        raise AssertionError("the built-in model held a conversation")


def models():
    assert any(model.id == "whisper-1" for model in client.models.list())
    assert client.models.retrieve("gpt-4o-transcribe").id == "gpt-4o-transcribe"


async def realtime(expected, turns, connect):
    asynchronous = openai.AsyncOpenAI(base_url=url + "/v1", api_key="sk-test")
    audio = open(pcm, "rb").read()
    async with asynchronous.realtime.connect(**connect) as connection:
        first = await connection.recv()
        assert first.type == "session.created", first
        session = {
            "type": "transcription",
            "audio": {
                "input": {
                    "format": {"type": "audio/pcm", "rate": 24000},
                    "transcription": {"model": "whisper-1", "language": "en"},
                    "turn_detection": turns,
                }
            },
            "include": ["item.input_audio_transcription.logprobs"],
        }
        await connection.session.update(session=session)
        assert (await connection.recv()).type == "session.updated"
        await connection.input_audio_buffer.commit()
        empty = await connection.recv()
        assert empty.type == "error" and empty.error.code == "input_audio_buffer_commit_empty", empty
        for at in range(0, len(audio), 9600):
            chunk = base64.b64encode(audio[at : at + 9600]).decode()
            await connection.input_audio_buffer.append(audio=chunk)
        if turns is None:
            await connection.input_audio_buffer.commit()
        deltas, committed, completed = {}, [], {}
        while sum(len(words(text)) for text in completed.values()) < len(words(expected)) - 3 or not completed:
            event = await asyncio.wait_for(connection.recv(), 60)
            assert event.type != "error", event
            if event.type == "input_audio_buffer.committed":
                committed.append(event.item_id)
            elif event.type.endswith("input_audio_transcription.delta"):
                deltas[event.item_id] = deltas.get(event.item_id, "") + event.delta
            elif event.type.endswith("input_audio_transcription.completed"):
                assert event.item_id in committed, "completed before it was committed"
                assert event.transcript == deltas.get(event.item_id, ""), (event, deltas)
                completed[event.item_id] = event.transcript
                assert not event.transcript or event.logprobs, event
        assert committed == sorted(committed)


def secrets():
    made = client.realtime.client_secrets.create(session={"type": "transcription"})
    assert made.value.startswith("ek_") and made.expires_at > 0, made


text = formats()
stream(text)
errors()
models()
secrets()
vad = {"type": "server_vad", "silence_duration_ms": 500}
asyncio.run(realtime(text, None, dict(model="gpt-4o-transcribe")))
semantic = {"type": "semantic_vad", "eagerness": "high"}
asyncio.run(realtime(text, semantic, dict(model="gpt-4o-transcribe")))
asyncio.run(realtime(text, vad, dict(extra_query={"intent": "transcription"}, model="whisper-1")))
print("ok")
