"""The command `dispatch` with all that stands below it."""

from __future__ import annotations

import click

import dispatch
from dispatch.cli import (
    adopting,
    appeals,
    begin,
    desk,
    docs,
    feeds,
    gate,
    mail,
    options,
    publish,
    source,
    top,
    why,
    work,
)

HELP = """\
Collect a newsroom's articles, publish feeds, compose newsletters and deliver them.

\b
A new site, from nothing to the first message:
  dispatch init newsroom
  cd newsroom
  dispatch check
  dispatch collect
  dispatch subscribe you@example.org
  dispatch compose weekly
  dispatch deliver
And then for good:
  dispatch run
"""

EPILOG = """\
Exit codes: 0 fine, 1 error, 2 wrong command line, 3 done, but some of it failed. With --json an
error is a document too: {"error": {"kind": ..., "message": ...}}.
"""

commands = options.Root(
    name="dispatch",
    help=HELP,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
click.version_option(dispatch.__version__, prog_name="dispatch")(commands)

feeds.feeds.add_command(adopting.links)
feeds.feeds.add_command(adopting.adopt)

#: In the order of a working day.
for _command in (
    begin.init,
    begin.check,
    publish.collect,
    source.sources,
    source.source,
    publish.syndicate,
    publish.compose,
    publish.preview,
    top.top,
    desk.issue,
    desk.articles,
    gate.gate,
    appeals.appeals,
    mail.deliver,
    mail.subscribe,
    mail.unsubscribe,
    mail.suppress,
    work.run,
    work.serve,
    work.runs,
    why.why,
    feeds.feeds,
    docs.docs,
):
    commands.add_command(_command)
