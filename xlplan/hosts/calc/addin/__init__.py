"""What runs inside LibreOffice's own Python: the standard library and UNO, nothing else, from Python 3.9 on.

These files are copied into the add-in under the name ``xlplan_addin``, hence the relative imports. Everything that
needs xlplan runs in the worker, a process of the Python that xlplan is installed in.
"""
