"""The command line: one thin file per command. All printing, file writing and exit codes live here.

Exit codes: 0 fine, 1 findings, 2 bad input or a tool that failed, 130 interrupted.
"""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line; Ctrl-C ends it without a traceback while it is still being imported, too."""
    try:
        from kubilitics_chartgen.cli.app import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)
