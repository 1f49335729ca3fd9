"""What runs in processes of its own, so that it can be stopped: the readers, and the one writer."""
