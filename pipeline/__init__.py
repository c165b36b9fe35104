"""What was said is read, merged and published: the language pipeline, the store and the site."""
