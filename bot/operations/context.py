"""OperationContext: what an operation may use (interface)."""
