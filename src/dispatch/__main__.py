"""`python -m dispatch` is `dispatch`."""

from __future__ import annotations

from dispatch import cli

if __name__ == "__main__":
    cli.main()
