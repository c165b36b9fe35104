"""Status pages: one module a platform or vendor."""
