"""The command line: one thin file per command. All printing, file writing and exit codes live here.

Exit codes: 0 fine, 1 findings, 2 bad input or a tool that failed, 130 interrupted.
"""

from kubilitics_chartgen.cli.app import main

__all__ = ["main"]
