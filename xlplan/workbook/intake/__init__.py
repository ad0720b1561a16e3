"""Data that somebody hands over for a table: read, matched with its columns, and checked before anything is written."""
