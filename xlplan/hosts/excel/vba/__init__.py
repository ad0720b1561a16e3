"""VBA projects as files: the compound file, the packing of text, modules and what lists them. No Excel needed."""
