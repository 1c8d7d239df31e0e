"""Proves an upgrade from one chart to another over all values, with what `verify` explores and what `upgrade` knows."""
