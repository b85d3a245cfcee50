"""What is recorded: values and the rules they obey. No input, no output, standard library only."""
