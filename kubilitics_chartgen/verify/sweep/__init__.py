"""Renders configurations and checks what comes out: in this process, in workers of its own, or on other machines.

`task` says what a sweep works on and gives back, `renderer` makes texts of values, `inspector` makes faults of texts,
`sweeper` joins both and remembers what it has seen, `pool` runs sweepers in processes that may die.
"""
