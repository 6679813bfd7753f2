"""Processes that `zerobyte serve` and `zerobyte worker` start; the API never imports them."""
