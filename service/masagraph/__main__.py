"""Run the command line as `python -m masagraph`."""

from masagraph.cli import main

raise SystemExit(main())
