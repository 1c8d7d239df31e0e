"""What Kubilitics is: typed data about its components, values and releases. No I/O."""
