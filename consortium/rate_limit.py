"""So many requests per second and address: a bucket of tokens in Redis that fills at an even rate (reliability 5.5).

Addresses are kept for as long as a bucket needs to fill, IPv6 by /64, as a household or an office has one. When Redis
is away everybody is let in: the limit protects the service, it does not carry it.
"""

import ipaddress
import logging
from functools import cache

import redis
from django.conf import settings
from django.http import HttpRequest

log = logging.getLogger(__name__)
PATIENCE = 0.2  # seconds for Redis to answer

# Time is Redis's own, so that many web hosts share one clock.
_TAKE = """
local now = redis.call('TIME')
local at = tonumber(now[1]) + tonumber(now[2]) / 1e6
local rate, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = math.min(burst, (tonumber(kept[1]) or burst) + math.max(0, at - (tonumber(kept[2]) or at)) * rate)
local wait = 0
if tokens >= 1 then tokens = tokens - 1 else wait = (1 - tokens) / rate end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', tostring(at))
redis.call('EXPIRE', KEYS[1], math.ceil(burst / rate) + 1)
return tostring(wait)
"""


def wait(what: str, request: HttpRequest, *, rate: float, burst: int) -> float:
    """Seconds until this address may go on; 0 is now, and takes a token."""
    if rate <= 0:
        return 0.0
    try:
        return float(_client().eval(_TAKE, 1, f"limit:{what}:{network(address(request))}", rate, burst))
    except (redis.RedisError, OSError) as error:
        log.warning("Redis svarar inte (%s): ingen gräns för antal förfrågningar just nu.", error)
        return 0.0


def address(request: HttpRequest) -> str:
    """Whoever speaks to us, or the last one our own proxy names."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.BEHIND_PROXY else ""
    return forwarded.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", ""))


def network(address: str) -> str:
    """Who shares one limit: an IPv4 address, or the /64 that one IPv6 subscriber has."""
    try:
        number = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if number.version == 6 and number.ipv4_mapped:
        return str(number.ipv4_mapped)
    return str(ipaddress.ip_network((number, 64), strict=False)) if number.version == 6 else str(number)


@cache
def _client() -> "redis.Redis":
    location = str(settings.CACHES["default"]["LOCATION"])
    return redis.Redis.from_url(
        location, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, decode_responses=True
    )
