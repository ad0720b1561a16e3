"""What is shown: summary figures, the Checks sheet, sentences."""
