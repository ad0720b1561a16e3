"""The budget review: a workbook of values that finance reads with no add-in, no macros and no links."""
