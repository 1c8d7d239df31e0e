"""A small client for OCI registries, by the distribution specification: what publishing a chart needs, and no more."""
