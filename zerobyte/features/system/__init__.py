"""What the installation can do, its version and its switches."""
