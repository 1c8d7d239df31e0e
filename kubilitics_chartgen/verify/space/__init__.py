"""The space of a chart's values: factors with their levels, configurations, and arrays that cover combinations. Pure.

`factors` says what a factor is, `build` finds them in schema, defaults and templates, `configuration` makes values of
chosen levels, `covering` chooses rows so that every combination of t levels occurs.
"""
