"""LibreOffice Calc: the add-in, generated from the registry, and the worker that computes for it."""
