"""What the client scripts share: the sandbox they are given, and one printed line per check."""

import json
import os
import sys
import traceback
import urllib.request

# The clients honour proxy settings for plain HTTP too; the sandbox is on this machine.
os.environ["NO_PROXY"] = "127.0.0.1,localhost"

START = json.loads(os.environ["ANCHORAGE_START_LINE"])["sandbox"]

_failed = 0


def check(function):
    """Runs a check where it stands; its name is what is printed."""
    global _failed
    name = function.__name__.replace("_", " ")
    try:
        function()
    except Exception as error:
        _failed += 1
        traceback.print_exc()
        print(f"fail {name}: {type(error).__name__}: {error}".replace("\n", " "), flush=True)
    else:
        print(f"pass {name}", flush=True)
    return function


def equal(found, expected):
    """Says what was found when it is not what was expected."""
    if found != expected:
        raise AssertionError(f"found {found!r}, expected {expected!r}")


def end():
    """Leaves the script with a failure when one of its checks failed."""
    sys.exit(1 if _failed else 0)


def control(path, body):
    """Uses one of the sandbox's own switches, such as its clock."""
    request = urllib.request.Request(
        f"{START['url']}/sandbox/{path}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)
