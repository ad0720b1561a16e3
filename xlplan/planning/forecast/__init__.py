"""Forecasting: many series at once, in plain NumPy.

`engine.forecast_series` forecasts series of one grain; `intraday.forecast_days` days of intervals;
`values.forecast_values` is what a cell formula calls; `frame.forecast` takes a long table of any grain;
`accuracy` measures what came of it.
"""
