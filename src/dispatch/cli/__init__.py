"""The operator's door: one command for each thing that the App can be asked.

In: words on a command line. Out: one method of the App called, its report told to a person or, with
`--json`, to a program, and an exit code. Never: a decision about the newsroom, or at a mere
`--help` the import of what only a working command needs.
"""

from __future__ import annotations

from dispatch.cli import root


def main() -> None:
    """Run the command that `sys.argv` names and leave with its exit code."""
    root.commands(prog_name="dispatch")
