"""Functions that read the plan of the workbook: figures, money, what a row is made of."""
