"""Errors as the official library maps them: python openai_errors.py URL KEY

The server asks for a key and lets few requests through."""

import socket
import sys
import threading

import openai

url, key = sys.argv[1:3]


def client(key, retries):
    return openai.OpenAI(base_url=url + "/v1", api_key=key, max_retries=retries)


try:
    client("sk-wrong", 0).models.list()
except openai.AuthenticationError as error:
    assert error.status_code == 401 and error.code == "invalid_api_key", error
else:
    raise AssertionError("a wrong key was let in")

def press(stop):
    """Somebody with the same key who asks far too often, whatever the machine."""
    host, port = url.removeprefix("http://").split(":")
    request = f"GET /v1/models HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n".encode()
    with socket.create_connection((host, int(port))) as line:
        while not stop.is_set():
            line.sendall(request * 20)
            answers = b""
            while answers.count(b"HTTP/1.1 ") < 20:
                answers += line.recv(1 << 16)


stop, impatient, refused = threading.Event(), client(key, 0), None
pressing = threading.Thread(target=press, args=(stop,), daemon=True)
pressing.start()
for _ in range(40):
    try:
        impatient.models.list()
    except openai.RateLimitError as error:
        refused = error
        break
stop.set()
pressing.join(30)
assert refused is not None, "nobody was refused"
assert refused.code == "rate_limit_exceeded" and refused.type == "rate_limit_exceeded", refused.body
assert int(refused.response.headers["retry-after-ms"]) > 0

# The library waits as long as it is told, and comes through.
assert client(key, 8).models.list().data
print("ok")
