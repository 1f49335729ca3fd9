"""Where the data stand while the service runs: one writer, immutable numbered generations, and readers that can be killed."""
