"""True values for formulas without Excel: an engine behind a small door, and what of it may be believed."""
