"""Windows: widgets laid out for one purpose."""
