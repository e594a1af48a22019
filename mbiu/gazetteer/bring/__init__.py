"""Bring a country's own data in: read a file whole, judge every row, then refine or replace."""
