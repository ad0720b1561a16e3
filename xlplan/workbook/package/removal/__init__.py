"""What a copy of values goes without: macros, ties to other workbooks, and the parts that only they needed."""
