"""How dates and hours are written, by language: one way on every page, the clock of 24 hours.

Days are typed in the browser's own fields, so only what is shown is said here.
"""
