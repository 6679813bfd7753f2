"""Zerobyte: a self-hosted backup platform built on restic and run by Prefect."""

__version__ = "0.1.0"
