"""Commands of the jobs, a file a group: parse, call ocrpipe, show. `cli` adds each one with a line."""
