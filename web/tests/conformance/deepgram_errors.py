"""Errors as Deepgram's official library maps them: python deepgram_errors.py URL KEY WAV"""

import sys

from deepgram import DeepgramClient
from deepgram.core.api_error import ApiError
from deepgram.environment import DeepgramClientEnvironment

url, key, wav = sys.argv[1:4]
socket = url.replace("http://", "ws://")
environment = DeepgramClientEnvironment(base=url, production=socket, agent=socket, agent_rest=url)


def client(key):
    return DeepgramClient(api_key=key, environment=environment)


def refused(of, status, what):
    try:
        of()
    except ApiError as error:
        assert error.status_code == status, error
        body = error.body if isinstance(error.body, dict) else vars(error.body)
        assert body.get("err_code") == what and body.get("request_id"), body
    else:
        raise AssertionError("it was not refused")


sound = open(wav, "rb").read()
refused(lambda: client("wrong").listen.v1.media.transcribe_file(request=sound, model="nova-3"), 401, "INVALID_AUTH")
refused(lambda: client(key).listen.v1.media.transcribe_file(request=b"%PDF-1.7", model="nova-3"), 400, "Bad Request")
assert client(key).manage.v1.projects.list().projects[0].project_id
print("ok")
