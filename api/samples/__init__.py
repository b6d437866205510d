"""Realistic Vietnamese originals that never existed, for the demo, tests and bench.

Every page says "MẪU THỬ NGHIỆM". `make_samples` draws a paper (`sheet`, `parts`, one
module per kind of paper), then puts it through a `scanner`.
"""

from api.samples.make import Sample, make_card, make_samples

__all__ = ["Sample", "make_card", "make_samples"]
