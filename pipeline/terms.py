"""The closed sets of the field: each with its explicit `unknown` where a source may use a word we do not know."""

from __future__ import annotations

from enum import StrEnum


class SourceKind(StrEnum):
    """What manner of place a source is."""

    STATUS = "status"
    NEWS = "news"
    SOCIAL = "social"
    POSTMORTEM = "postmortem"


class Speaker(StrEnum):
    """Who says what a text gives as the cause."""

    PROVIDER = "provider"
    USERS = "users"
    OTHERS = "others"


class Genre(StrEnum):
    """What a news source is about, and for whom it writes."""

    TECH_PRESS = "tech_press"
    NATIONAL_PRESS = "national_press"
    REGIONAL_PRESS = "regional_press"
    TELECOM_PRESS = "telecom_press"
    FINANCE_PRESS = "finance_press"
    GAMING_PRESS = "gaming_press"
    AVIATION_PRESS = "aviation_press"
    SECURITY_PRESS = "security_press"
    PROVIDER_BLOG = "provider_blog"
    ENGINEERING_BLOG = "engineering_blog"
    NETWORK_OPERATOR = "network_operator"
    POSTMORTEM_LIST = "postmortem_list"
    AGGREGATOR = "aggregator"
    SEARCH = "search"
    MAILING_LIST = "mailing_list"

    @property
    def of_operators(self) -> bool:
        """Whether operators write there of their own work, so that what tells of an outage is a post-mortem."""
        return self in (Genre.PROVIDER_BLOG, Genre.ENGINEERING_BLOG)


class Cadence(StrEnum):
    """How often a source speaks, as far as its table knows."""

    CONTINUOUS = "continuous"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    RARE = "rare"


class Basis(StrEnum):
    """What the address of a source rests on until a crawl of ours has read it well."""

    PROBED = "probed"
    LISTED = "listed"
    PATTERN = "pattern"
    PAGE = "page"
    MEMORY = "memory"


class Status(StrEnum):
    """How far an outage has come. A scheduled maintenance is `identified` until it is over."""

    SUSPECTED = "suspected"
    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    RETRACTED = "retracted"
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """What manner of event it is."""

    OUTAGE = "outage"
    DEGRADATION = "degradation"
    MAINTENANCE = "maintenance"
    SECURITY = "security"
    ADVISORY = "advisory"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """How bad it is, in the three words that most status pages share."""

    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"
    UNKNOWN = "unknown"


class Symptom(StrEnum):
    """What the users meet. An outage may have several."""

    UNAVAILABLE = "unavailable"
    ERRORS = "errors"
    SLOW = "slow"
    DELAYED = "delayed"
    DATA_LOSS = "data_loss"
    LOGIN = "login"
    OTHER = "other"


class Certainty(StrEnum):
    """How much stands behind an outage: rumour, two independent kinds of source, the provider."""

    SUSPECTED = "suspected"
    LIKELY = "likely"
    CONFIRMED = "confirmed"


class Cause(StrEnum):
    """The cause taxonomy. `unknown` is the right answer wherever none is stated."""

    CONFIG_CHANGE = "config_change"
    SOFTWARE_DEPLOY = "software_deploy"
    SOFTWARE_BUG = "software_bug"
    CAPACITY_OVERLOAD = "capacity_overload"
    NETWORK = "network"
    DNS = "dns"
    CERTIFICATE_EXPIRY = "certificate_expiry"
    HARDWARE = "hardware"
    POWER = "power"
    COOLING = "cooling"
    NATURAL_DISASTER = "natural_disaster"
    PHYSICAL_DAMAGE = "physical_damage"
    THIRD_PARTY = "third_party"
    DATABASE_STORAGE = "database_storage"
    SECURITY_ATTACK = "security_attack"
    HUMAN_ERROR = "human_error"
    MAINTENANCE = "maintenance"
    GOVERNMENT_ORDER = "government_order"
    OTHER = "other"
    UNKNOWN = "unknown"


class Precision(StrEnum):
    """How exactly a time was given."""

    EXACT = "exact"
    MINUTE = "minute"
    HOUR = "hour"
    PART_OF_DAY = "part_of_day"
    DAY = "day"
    MONTH = "month"


class Outcome(StrEnum):
    """How the visit of one source in one run ended. Only `ok` and `unchanged` are good; `off` is not asked at all."""

    OK = "ok"
    UNCHANGED = "unchanged"
    EMPTY = "empty"
    BAD_SHAPE = "bad_shape"
    HTTP_ERROR = "http_error"
    TIMEOUT = "timeout"
    CONNECTION = "connection"
    DNS = "dns"
    TOO_LARGE = "too_large"
    ROBOTS = "robots"
    PRIVATE_ADDRESS = "private_address"
    NOT_RECORDED = "not_recorded"
    ERROR = "error"
    OFF = "off"

    @property
    def good(self) -> bool:
        """Whether the source was read and understood."""
        return self in (Outcome.OK, Outcome.UNCHANGED)

    @property
    def failed(self) -> bool:
        """Whether something went wrong: a source that is switched off was not even asked."""
        return not self.good and self is not Outcome.OFF


class Stage(StrEnum):
    """Where an issue was met."""

    CRAWL = "crawl"
    PARSE = "parse"
    EXTRACT = "extract"
    RESOLVE = "resolve"
    CHECK = "check"
