"""From a chart to a release that can be trusted: package, sign, list, relocate, publish, describe, and the gate."""
