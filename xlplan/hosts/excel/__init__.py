"""Excel as a host: formulas call Python, buttons refresh the plan, in a workbook that needs no add-in."""
