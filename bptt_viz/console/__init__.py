"""What the commands share: options, settings, output and progress."""
