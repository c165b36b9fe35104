"""Why a visit failed: one exception with an outcome, and the outcome and sentence of everybody else's exceptions."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from twisted.internet.error import ConnectError, ConnectionClosed
from twisted.web.client import ResponseFailed

from pipeline.errors import CollectError, ShapeError
from pipeline.terms import Outcome


class FetchError(CollectError):
    """A request that ended without a body to read. Raised by the middlewares; `outcome` goes into `source_runs`."""

    def __init__(self, outcome: Outcome, sentence: str) -> None:
        super().__init__(sentence)
        self.outcome = outcome


def explain(  # noqa: PLR0911 - one line a way to fail
    error: BaseException, url: str, *, timeout: float = 0, max_size: int = 0
) -> tuple[Outcome, str]:
    """The outcome and the sentence for an exception that ended the request of `url`.

    An exception that is no known way for a request to fail is a defect or a surprise: `error`, with its type.
    """
    host = urlsplit(url).hostname or url
    match error:
        case FetchError():
            return error.outcome, str(error)
        case ShapeError():
            return Outcome.BAD_SHAPE, str(error)
        case DownloadTimeoutError():
            return Outcome.TIMEOUT, f"{host} had not sent its whole answer after {timeout:g} seconds"
        case DownloadCancelledError():
            return Outcome.TOO_LARGE, f"the body is larger than {max_size} bytes and was not read on"
        case CannotResolveHostError():
            return Outcome.DNS, f"the name {host} could not be resolved"
        case DownloadConnectionRefusedError():
            return Outcome.CONNECTION, f"{host} refused the connection"
        case ResponseDataLossError():
            return (
                Outcome.CONNECTION,
                f"{host} closed the connection before the end of its answer: the body is truncated",
            )
        case DownloadFailedError() if (given_up := _given_up(error)) is not None:
            return given_up.outcome, str(given_up)
        case DownloadFailedError() | ConnectError() | ConnectionClosed():
            return Outcome.CONNECTION, f"the connection to {host} failed: {_reason(error)}"
        case _:
            return Outcome.ERROR, f"{type(error).__name__}: {error}"


def explain_status(status: int, retry_after: str | None = None) -> str:
    """The sentence for an HTTP status that is no answer: ``the server answered 404 Not Found``."""
    try:
        phrase = f" {HTTPStatus(status).phrase}"
    except ValueError:
        phrase = ""
    seconds = " seconds" if retry_after and retry_after.isdecimal() else ""
    wish = f" and asked to come back after {retry_after}{seconds}" if retry_after else ""
    return f"the server answered {status}{phrase}{wish}"


def _given_up(error: BaseException) -> FetchError | None:
    """Why we ourselves broke the connection off, if we did."""
    cause = error.__cause__
    inner = [failure.value for failure in cause.reasons] if isinstance(cause, ResponseFailed) else []
    return next((each for each in inner if isinstance(each, FetchError)), None)


def _reason(error: BaseException) -> str:
    cause = error.__cause__
    if isinstance(cause, ResponseFailed):
        inner = [failure.value for failure in cause.reasons]
        return "; ".join(dict.fromkeys(f"{type(e).__name__}: {e}" for e in inner)) or type(cause).__name__
    return f"{type(error).__name__}: {error}"
