"""Fitting of the clustering room's merge model."""
