"""Commands, a file a group: parse, call ocrpipe, show. `cli` adds each one with a line."""
