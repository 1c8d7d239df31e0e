"""Release notes from two charts: facts of each, what changed between them, and Markdown that a person can sign."""
