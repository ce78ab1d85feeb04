"""Plain HTTP and pages."""
