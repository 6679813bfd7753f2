"""Commands for the operator of the machine: accounts, worker tokens, secret rotation."""
