"""Go's text/template language as Helm uses it: text in, a typed tree with line numbers out. Pure, no I/O.

The grammar follows Go's own lexer and parser, so what Helm accepts parses here and what Helm refuses is refused, with
one exception: whether a function exists is not judged.
"""

from kubilitics_chartgen.verify.gotemplate.errors import TemplateSyntaxError
from kubilitics_chartgen.verify.gotemplate.lexer import tokenize
from kubilitics_chartgen.verify.gotemplate.parser import parse

__all__ = ["TemplateSyntaxError", "parse", "tokenize"]
