"""The nouns: frozen dataclasses and enums, without behaviour that touches the world.

Times are aware UTC datetimes and end in `_at`; durations end in `_seconds`.
"""
