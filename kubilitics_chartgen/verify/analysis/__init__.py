"""Abstract interpretation of Helm templates: what each value in a template may be. Pure, no I/O.

`values` is the lattice, `heap` holds dictionaries and lists that templates build, `functions` says what each template
function does to abstract values, `interpreter` walks the trees. What cannot be told is widened, never dropped.
"""
