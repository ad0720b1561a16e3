"""Settings that all tests share."""

from __future__ import annotations

from hypothesis import settings

# No test measures time: a deadline would make an example fail on a busy machine alone.
settings.register_profile("xlplan", deadline=None)
settings.load_profile("xlplan")
