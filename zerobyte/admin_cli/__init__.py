"""What gets an installation's owner back in, from the command line of its own machine."""
