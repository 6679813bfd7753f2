"""Operations that need a host's file systems or programs, behind one Protocol.

`api` declares them, `verbs` implements them once, `local` runs them on this machine. Features call
`HostApi` only, so that an operation can later run on the host that reaches the storage.
"""
