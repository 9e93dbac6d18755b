"""Pure decisions: facts and `now` in, intents out. No clock, no dice, no I/O, no libraries."""
