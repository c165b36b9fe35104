"""The spaCy components: one purpose a file, rules as data in `pipeline/rules`."""
