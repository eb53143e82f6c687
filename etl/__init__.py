"""Jobs: files in, facts and results out, each one transaction; and the command line that starts them."""
