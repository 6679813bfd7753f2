"""What `zerobyte serve` and `zerobyte worker` start; the API never imports this room."""
