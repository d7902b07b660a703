"""`python -m monitor.cli`: the command `monitor` where it is not on the path."""

from monitor.cli import main

main()
