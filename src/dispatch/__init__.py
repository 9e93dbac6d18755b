"""Dispatch: collects a newsroom's articles, publishes feeds, composes and delivers digests.

Verbs are modules (collect, syndicate, compose, deliver, subscribe, suppress), nouns are
packages (model, sources, store, render, transports, web). `app` is where they meet.
"""

__version__ = "0.1.0"
