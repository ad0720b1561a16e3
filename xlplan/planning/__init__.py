"""What is computed: arrays and tables in, arrays and tables out; no files, no hosts, no clock."""
