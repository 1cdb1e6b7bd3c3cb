"""What the benchmarks share: running programs, and naming the machine."""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path


class Refused(Exception):
    """A sentence for the person who ran the benchmark."""


def run(command):
    """(standard output, seconds, peak resident megabytes) of a program that must succeed."""
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        try:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output)
        except OSError as problem:
            raise Refused(f"{command[0]} could not be started: {problem.strerror}") from None
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode(errors="replace")
    if process.returncode:
        raise Refused(f"{' '.join(command)} ended with {process.returncode}")
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return text, seconds, usage.ru_maxrss / unit


def run_json(command):
    text, seconds, peak = run(command)
    try:
        return json.loads(text), seconds, peak
    except ValueError:
        raise Refused(f"{command[0]} did not print JSON but: {text[:200]!r}") from None


def processor():
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def say(line):
    print(line, file=sys.stderr, flush=True)
