"""Runs a process to its end and says what it cost: the whole of it, and nothing else.

In: a command. Out: seconds and memory. Linux lets a new process begin with its parent's peak of
memory, so that a small program started by a large bench looks large; a runner of some 9 MB lies
between them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_RUNNER = """
import json, os, sys, time
log, command = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), sys.argv[2:]
actions = [(os.POSIX_SPAWN_DUP2, log, 1), (os.POSIX_SPAWN_DUP2, log, 2)]
started = time.perf_counter()
pid = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
_, status, usage = os.wait4(pid, 0)
wall = time.perf_counter() - started
print(json.dumps([status, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024]))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Of one whole process: seconds on the wall, seconds of processor, peak of memory in MB."""

    wall: float
    cpu: float
    peak: float


def run(command: Sequence[str], log: Path) -> Cost:
    """One process; what it says goes to `log`. Ends the bench if it fails."""
    runner = [sys.executable, "-I", "-S", "-c", _RUNNER, str(log), *command]
    done = subprocess.run(runner, capture_output=True, text=True, check=True)
    status, wall, cpu, peak = json.loads(done.stdout)
    if status:
        sys.exit(f"{command[0]} failed:\n{log.read_text(errors='replace')[-2000:]}")
    return Cost(wall=wall, cpu=cpu, peak=peak)


def best(costs: Sequence[Cost]) -> Cost:
    """The run with the least wall time: the one that was disturbed least."""
    return min(costs, key=lambda cost: cost.wall)
