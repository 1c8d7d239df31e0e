"""How many faults put into a chart's templates `verify` finds."""
