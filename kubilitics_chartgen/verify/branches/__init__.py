"""Which branches of a chart's templates are taken: `instrument` makes templates tell, `taken` asks them afterwards."""
