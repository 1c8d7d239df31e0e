"""Everything that is generated from the model, as pure functions from data to `{path: text}`."""
