"""Public posts: one module a network, each giving pages of posts on from where the last visit came to."""
