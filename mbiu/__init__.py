"""Mbiu: reports of trouble in, warnings out, over the phones people already have."""

__version__ = "0.1.0"
