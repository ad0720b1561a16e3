"""What runs inside LibreOffice's own Python: the standard library and UNO, nothing else, from Python 3.9 on.

These files are copied into the add-in as the package ``xlplan_addin``, so that an xlplan which that Python may have as
well never takes their place. What needs xlplan runs in the worker, a process of the Python that xlplan is installed in.
"""
