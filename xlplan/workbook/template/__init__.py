"""Templates: planning workbooks built from the dictionary, with styles, validations, notes and charts."""
