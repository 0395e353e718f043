"""What is received and answered over HTTP. Holds neither a rule nor a statement."""
