"""Errors as the official library maps them: python openai_errors.py URL KEY

The server asks for a key and lets few requests through."""

import sys

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

refused = None
for _ in range(200):
    try:
        client(key, 0).models.list()
    except openai.RateLimitError as error:
        refused = error
        break
assert refused is not None, "nobody was refused"
assert refused.code == "rate_limit_exceeded" and refused.type == "rate_limit_exceeded", refused.body
assert int(refused.response.headers["retry-after-ms"]) > 0

# The library waits as long as it is told, and comes through.
assert client(key, 5).models.list().data
print("ok")
