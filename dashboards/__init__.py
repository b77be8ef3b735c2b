"""Dashboards: what a runner, a coach and an analyst look at; the only package that imports Qt."""
