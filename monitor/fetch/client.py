"""Get one address over HTTP within limits that hold whatever the server does.

In: a URL, request headers, a limit of bytes. Out: an `Answer`. Raises `TransferFailed`, which the fetcher turns into
a feed's or a page's error.
Never: keeps cookies, uses a proxy, reads `.netrc`, decodes more than one content coding, follows to another scheme.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp
from yarl import URL

from monitor.errors import MonitorError
from monitor.fetch.guard import REFUSED, Guard
from monitor.fetch.urls import MAX_URL_CHARS
from monitor.settings.model import FetchSettings

REDIRECTS = frozenset({301, 302, 303, 307, 308})
CODINGS = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})
MAX_RETRY_AFTER_SECONDS = 2 * 86_400
MAX_VALIDATOR_CHARS = 1_024
CHUNK_BYTES = 65_536
REASONS = {
    400: "400 Bad Request: the server did not understand us; check the address",
    401: "401 Unauthorized: the address needs a login",
    403: "403 Forbidden: the server does not want us",
    404: "404 Not Found: the address may have moved",
    410: "410 Gone: the publisher took it away for good",
    429: "429 Too Many Requests: the server asks for a pause",
    451: "451 Unavailable For Legal Reasons",
    500: "500 Internal Server Error: the server failed",
    502: "502 Bad Gateway: the server failed",
    503: "503 Service Unavailable: the server asks for a pause",
    504: "504 Gateway Timeout: the server failed",
}


class TransferFailed(MonitorError):
    """No usable answer. Never leaves this room. `is_final`: asking again would bring the same."""

    def __init__(
        self,
        reason: str,
        *,
        is_final: bool = False,
        status: int | None = None,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(reason)
        self.is_final = is_final
        self.status = status
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Status 200 with a body, or 304 without. Validators are kept as they came."""

    status: int
    final_url: str
    body: bytes = b""
    content_type: str = ""
    charset: str = ""
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    url: str
    max_bytes: int
    headers: Mapping[str, str]
    content_types: frozenset[str] | None = None
    """What may come; None: anything (its content decides). A missing type passes."""


class Client:
    """One aiohttp session. Use inside `open_client`."""

    def __init__(self, session: aiohttp.ClientSession, settings: FetchSettings) -> None:
        self._session, self._settings = session, settings

    async def get(self, request: Request) -> Answer:
        seconds = self._settings.total_seconds
        try:
            async with asyncio.timeout(seconds):
                return await self._follow(request)
        except aiohttp.ServerTimeoutError as error:
            raise TransferFailed("the server did not connect or fell silent for too long") from error
        except TimeoutError as error:
            raise TransferFailed(f"no complete answer within {seconds:g} seconds") from error
        except aiohttp.ClientPayloadError as error:
            raise TransferFailed("the answer broke off or could not be decoded") from error
        except aiohttp.ClientConnectorError as error:
            raise _connection_failure(error) from error
        except aiohttp.InvalidURL as error:
            raise TransferFailed(f"not a usable address: {_short(error)}", is_final=True) from error
        except aiohttp.ClientResponseError as error:
            raise TransferFailed(f"the server does not speak proper HTTP: {error.message[:200]}") from error
        except (aiohttp.ClientError, OSError) as error:
            raise TransferFailed(f"the connection failed: {_short(error)}") from error
        except ValueError as error:
            raise TransferFailed(f"not a usable address: {_short(error)}", is_final=True) from error

    async def _follow(self, request: Request) -> Answer:
        url = URL(_checked(request.url))
        for _ in range(self._settings.max_redirects + 1):
            async with self._session.get(url, headers=request.headers, allow_redirects=False) as response:
                if response.status not in REDIRECTS:
                    return await _read(response, request)
                url = _next_url(url, response)
        raise TransferFailed(f"more than {self._settings.max_redirects} redirects")


@asynccontextmanager
async def open_client(settings: FetchSettings) -> AsyncIterator[Client]:
    guard = Guard(allow_private=settings.allow_private, allow_ports=settings.allow_ports)
    connector = aiohttp.TCPConnector(
        limit=0, socket_factory=guard.open_socket, ttl_dns_cache=300
    )  # how many at once is decided before asking, so that waiting in line counts against no time limit
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=settings.connect_seconds, sock_read=settings.idle_seconds)
    async with aiohttp.ClientSession(
        connector=connector,
        timeout=timeout,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": settings.user_agent, "Accept-Encoding": "gzip, deflate"},
        trust_env=False,
    ) as session:
        yield Client(session, settings)


def _checked(url: str) -> str:
    if len(url) > MAX_URL_CHARS:
        raise TransferFailed(f"the address is longer than {MAX_URL_CHARS:,} characters", is_final=True)
    if not url.lower().startswith(("http://", "https://")):
        raise TransferFailed("not an http:// or https:// address", is_final=True)
    return url


def _next_url(url: URL, response: aiohttp.ClientResponse) -> URL:
    location = response.headers.get("Location", "")
    if not location:
        raise TransferFailed(f"{response.status} redirect that names no address", status=response.status)
    target = url.join(URL(location))
    _checked(str(target))
    if url.scheme == "https" and target.scheme == "http":
        raise TransferFailed("a redirect from https: to http: is not followed", is_final=True)
    return target


async def _read(response: aiohttp.ClientResponse, request: Request) -> Answer:
    if response.status == 304:
        return _answer(response, b"")
    if response.status not in (200, 203):
        raise _refusal(response)
    coding = response.headers.get("Content-Encoding", "").strip().lower()
    if coding not in CODINGS:
        raise TransferFailed(f"content coding {coding[:60]!r} was not asked for", is_final=True)
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if request.content_types is not None and kind and kind not in request.content_types:
        raise TransferFailed(f"not a page: the server calls it {kind[:60]}", is_final=True)
    return _answer(response, await _read_body(response, request.max_bytes))


async def _read_body(response: aiohttp.ClientResponse, max_bytes: int) -> bytes:
    """At most `max_bytes`, counted after decoding: a megabyte of gzip can hold a gigabyte."""
    body = bytearray()
    too_long = TransferFailed(f"longer than {max_bytes:,} bytes", is_final=True)
    if (response.content_length or 0) > max_bytes:
        response.close()
        raise too_long
    async for chunk in response.content.iter_chunked(CHUNK_BYTES):
        body += chunk
        if len(body) > max_bytes:
            response.close()
            raise too_long
    return bytes(body)


def _answer(response: aiohttp.ClientResponse, body: bytes) -> Answer:
    headers = response.headers
    return Answer(
        status=response.status,
        final_url=str(response.url),
        body=body,
        content_type=headers.get("Content-Type", "").partition(";")[0].strip().lower(),
        charset=(response.charset or "")[:40] if body else "",
        etag=_validator(headers.get("ETag", "")),
        last_modified=_validator(headers.get("Last-Modified", "")),
    )


def _validator(value: str) -> str:
    """As it came, or nothing when it could not be sent back byte for byte."""
    is_sendable = len(value) <= MAX_VALIDATOR_CHARS and value.isascii() and value.isprintable()
    return value if is_sendable else ""


def _refusal(response: aiohttp.ClientResponse) -> TransferFailed:
    status = response.status
    reason = REASONS.get(status, f"{status} {(response.reason or '')[:60]}".strip())
    return TransferFailed(
        reason,
        status=status,
        is_final=400 <= status < 500 and status not in (408, 425, 429),
        retry_after_seconds=parse_retry_after(response.headers.get("Retry-After", ""), now=datetime.now(UTC)),
    )


def parse_retry_after(value: str, *, now: datetime) -> float | None:
    """Seconds from now, at most two days; None when absent or unreadable (RFC 9110, 10.2.3)."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:9]), MAX_RETRY_AFTER_SECONDS)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    seconds = (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds()
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_SECONDS)


def _connection_failure(error: aiohttp.ClientConnectorError) -> TransferFailed:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return TransferFailed(f"the name {error.host} does not resolve")
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError):
        return TransferFailed(f"no trustworthy encrypted connection: {_short(error)}")
    if REFUSED in str(error.os_error):
        return TransferFailed(str(error.os_error), is_final=True)
    return TransferFailed(f"no connection to {error.host}:{error.port} ({error.os_error.strerror or error.os_error})")


def _short(error: BaseException) -> str:
    return (str(error) or type(error).__name__)[:200]
