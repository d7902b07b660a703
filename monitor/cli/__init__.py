"""The command line: every stage by hand, and everything that a person asks. Tests, DAGs and people use the same.

Standard output holds the answer (with `--json` one JSON document and nothing else), standard error the log.
Exit status: 0 done; 1 some items were set aside or left for the next run; 2 wrong use or invalid settings.
"""

from monitor.cli.app import main

__all__ = ["main"]
