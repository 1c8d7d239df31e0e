"""What Kubernetes is: versions, strict schemas and Pod Security rules. No I/O beyond packaged data."""
