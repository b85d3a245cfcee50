"""Where the record is kept: a database and a tree of files. Nothing here decides; `history` does."""
