"""What the words of the command line do; thin, one module a word or a family of words."""
