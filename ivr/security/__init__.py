"""What keeps callers' data safe: redaction now; sign-in, roles and retention in later steps."""
