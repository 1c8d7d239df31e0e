"""Chooses which configurations to look at: bases, single changes, covering arrays, small slices whole, random ones.

`ledger` keeps what was seen, `settle` turns a refused row into an accepted one and learns what conflicts, `plan` holds
the phases in their order. No I/O of its own: it asks whoever runs the sweep.
"""
