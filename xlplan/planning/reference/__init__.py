"""The reference organisation: a seeded plan at the size of a real trust & safety and support operation.

12 lines of business, 60 queues, 15 languages, 10 sites of 4 vendors and in-house, 9 currencies, 104 weeks of history.
Its names are invented, its shapes are those of the trade: growth, seasons, holidays, launches, outages, missing weeks,
a new queue, thin languages, and one queue that will blow out.
"""
