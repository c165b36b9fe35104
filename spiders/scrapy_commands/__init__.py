"""Commands of Scrapy's own command line that are ours."""
