"""Where a plan lives: workbooks in memory, on disk and open in a host."""
