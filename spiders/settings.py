"""The Scrapy project's settings: polite, bounded, and without what a crawl of 3,000 hosts would pay for and not use.

How long a crawl may take, whatever the hosts do. A request holds one of the `CONCURRENT_REQUESTS` places for
`DOWNLOAD_TIMEOUT` at most, and is tried `RETRY_TIMES` more after pauses of `OUTAGEWIRE_BACKOFF` and twice that:
3 * 30 + 6 = 96 s. A host that is silent so often in a row is not asked for anything else (`spiders.patience`), and
one whose robots.txt is silent is not asked for a page. So n silent hosts cost n * 96 / 100 seconds and 96 more:
4 minutes where 5 % of 3,000 are silent, 50 where all are. The worst single host fails just in time, always: with
robots.txt, two lists and 30 article pages 33 * 96 s or 53 minutes (a redirect is one request more), in which other
hosts do not wait for it.

How much memory: each place holds `OUTAGEWIRE_LARGE` bytes of a body at most. A larger one is asked for again, one
at a time and up to `DOWNLOAD_MAXSIZE`: 32 MiB, and 200 more where a hundred bodies never end. Each of those takes its
turn for 30 s at most, while the other hosts are asked as ever.

Our own settings begin with ``OUTAGEWIRE_``; each is read from the environment and may be given with ``-s``.
"""

from __future__ import annotations

import logging
import os

BOT_NAME = "outagewire"
COMMANDS_MODULE = "spiders.scrapy_commands"
SPIDER_LOADER_CLASS = "spiders.loader.SourceSpiderLoader"

# Where things are, who asks, and how long we insist.
OUTAGEWIRE_DB = os.environ.get("OUTAGEWIRE_DB", "data/work.db")
OUTAGEWIRE_ARCHIVE = os.environ.get("OUTAGEWIRE_ARCHIVE", "data/archive.db")
OUTAGEWIRE_SOURCES = os.environ.get("OUTAGEWIRE_SOURCES", "")
OUTAGEWIRE_CONTACT = os.environ.get("OUTAGEWIRE_CONTACT", "")
OUTAGEWIRE_HOSTS = os.environ.get("OUTAGEWIRE_HOSTS", "")  # NAME=ADDRESS,... resolved so, and taken for public
OUTAGEWIRE_ARTICLES = int(os.environ.get("OUTAGEWIRE_ARTICLES", "30"))  # article pages a source and run
OUTAGEWIRE_ARTICLES_RUN = int(os.environ.get("OUTAGEWIRE_ARTICLES_RUN", "3000"))  # article pages a run, of all sources
OUTAGEWIRE_PERSONAL_FEEDS = os.environ.get("OUTAGEWIRE_PERSONAL_FEEDS", "")  # set: we may read feeds for personal use
OUTAGEWIRE_HISTORY_PAGES = int(os.environ.get("OUTAGEWIRE_HISTORY_PAGES", "40"))  # of the list, a source and run
OUTAGEWIRE_HISTORY_INCIDENTS = int(os.environ.get("OUTAGEWIRE_HISTORY_INCIDENTS", "1000"))  # a source and run
OUTAGEWIRE_BACKOFF = float(os.environ.get("OUTAGEWIRE_BACKOFF", "2"))  # seconds before the first retry, then doubled

# Public posts. Credentials are read here alone; each is attached where a request leaves, and stands in no log or table.
OUTAGEWIRE_POST_PAGES = int(os.environ.get("OUTAGEWIRE_POST_PAGES", "100"))  # pages of posts a source and run
OUTAGEWIRE_POST_CHECKS = int(os.environ.get("OUTAGEWIRE_POST_CHECKS", "10"))  # known posts looked up again a run
OUTAGEWIRE_PATIENCE = float(os.environ.get("OUTAGEWIRE_PATIENCE", "120"))  # seconds that a host may ask us to wait
OUTAGEWIRE_STREAM_BYTES = int(os.environ.get("OUTAGEWIRE_STREAM_BYTES", str(4 * 1024 * 1024)))  # one page of a stream
OUTAGEWIRE_STREAM_SECONDS = float(os.environ.get("OUTAGEWIRE_STREAM_SECONDS", "20"))  # as long as one page may take
OUTAGEWIRE_STREAM_IDLE = float(os.environ.get("OUTAGEWIRE_STREAM_IDLE", "3"))  # silence after which it is up to date
OUTAGEWIRE_REDDIT_TOKEN = os.environ.get("OUTAGEWIRE_REDDIT_TOKEN", "")  # OAuth bearer token
OUTAGEWIRE_REDDIT_FEED = os.environ.get(
    "OUTAGEWIRE_REDDIT_FEED", ""
)  # feed=TOKEN&user=NAME, from reddit.com/prefs/feeds
OUTAGEWIRE_GITHUB_TOKEN = os.environ.get("OUTAGEWIRE_GITHUB_TOKEN", "")  # raises the limit; works without

# Manners. The user agent is completed by the spider, which knows the contact.
ROBOTSTXT_OBEY = True
CONCURRENT_REQUESTS = 100
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 1.0
COOKIES_ENABLED = False
# Scrapy starts so many tasks for every answer, though ours have one item; 100 of them cost a tenth of the crawl.
CONCURRENT_ITEMS = 1
DEFAULT_REQUEST_HEADERS = {
    "Accept": "application/json, application/atom+xml, application/rss+xml, text/html;q=0.9, */*;q=0.8",
    "Accept-Encoding": "gzip, deflate",
    # Kept-alive connections to thousands of hosts cost memory and gain nothing: each is asked once.
    "Connection": "close",
}

# Bounds. DOWNLOAD_TIMEOUT counts from the request to the last byte, so that a body of one byte a second ends too.
DOWNLOAD_TIMEOUT = float(os.environ.get("OUTAGEWIRE_TIMEOUT", "30"))
DOWNLOAD_MAXSIZE = 32 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
OUTAGEWIRE_LARGE = 2 * 1024 * 1024  # the largest list of incidents seen has 0.8 MB
REDIRECT_MAX_TIMES = 5
RETRY_TIMES = 2
# Ten resolver threads would be a floor of 15 seconds for 3,000 names.
REACTOR_THREADPOOL_MAXSIZE = 60
DNS_TIMEOUT = 15
TWISTED_DNS_RESOLVER = "spiders.guard.GuardedResolver"
# Only the web, and streams of posts: a redirect to another scheme has no handler to go to.
DOWNLOAD_HANDLERS = {
    **dict.fromkeys(("http", "https"), "spiders.patience.PatientHandler"),
    **dict.fromkeys(("ws", "wss"), "spiders.stream.StreamHandler"),
    **dict.fromkeys(("data", "file", "ftp", "s3")),
}

DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    # A proxy would resolve names for us, behind the back of the address guard.
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "spiders.guard.GuardMiddleware": 50,
    "spiders.robots.RobotsMiddleware": 100,
    "spiders.middlewares.ConditionalMiddleware": 200,
    "spiders.middlewares.RetryMiddleware": 550,
    "spiders.middlewares.RedirectMiddleware": 600,
    "spiders.middlewares.DecodingMiddleware": 700,
}
SPIDER_MIDDLEWARES = {
    # Every status is an outcome for us, and an address of any length is asked as it was given.
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
}
ITEM_PIPELINES = {"spiders.item_pipeline.StoringPipeline": 100}

# Not used: each costs time a request, memory, or opens a port.
AUTOTHROTTLE_ENABLED = False
DOWNLOADER_STATS = False
HTTPCACHE_ENABLED = False
LOGSTATS_INTERVAL = 0
MEMUSAGE_ENABLED = False
METAREFRESH_ENABLED = False
REFERER_ENABLED = False
REMOTE_CONTROL_ENABLED = False
STATS_DUMP = False
TELNETCONSOLE_ENABLED = False
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"
LOG_LEVEL = os.environ.get("OUTAGEWIRE_LOG_LEVEL", "INFO")

# It logs below the shown level for every body it looks at, which costs more than the looking.
logging.getLogger("charset_normalizer").setLevel(logging.WARNING)
