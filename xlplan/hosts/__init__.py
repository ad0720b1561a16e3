"""How a host sees xlplan: the command line, Excel, LibreOffice Calc."""
