"""The `armcade arm` commands: what builders see and press; the bridge's tools decide and act."""
