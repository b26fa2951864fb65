"""Rates and addresses: what one asker may do, and who an asker is."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierlock.core import InputError
from tierlock.server.identity.addresses import Proxies, bucket_of, is_loopback
from tierlock.server.identity.rates import Limiter, Rate, TooManyRequests


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_and_then_the_rate() -> None:
    seconds = Seconds()
    limiter = Limiter(Rate(3, 0.5), now=seconds)
    for _ in range(3):
        limiter.take("ann")
    with pytest.raises(TooManyRequests) as caught:
        limiter.take("ann")
    assert caught.value.retry_after == 2
    limiter.take("bo")
    seconds.now += 2
    limiter.take("ann")
    with pytest.raises(TooManyRequests):
        limiter.take("ann")


def test_who_is_refused_does_not_wait_longer_for_asking() -> None:
    seconds = Seconds()
    limiter = Limiter(Rate(1, 1), now=seconds)
    limiter.take("ann")
    for _ in range(50):
        seconds.now += 0.01
        with pytest.raises(TooManyRequests):
            limiter.take("ann")
    seconds.now += 0.5
    limiter.take("ann")


@given(
    steps=st.lists(
        st.tuples(st.floats(-5, 5, allow_nan=False), st.sampled_from("abc")), max_size=60
    ),
    burst=st.integers(1, 5),
    per_second=st.floats(0.1, 5),
)
def test_nobody_gets_more_than_the_rate(
    steps: list[tuple[float, str]], burst: int, per_second: float
) -> None:
    seconds = Seconds()
    limiter = Limiter(Rate(burst, per_second), now=seconds)
    passed: dict[str, int] = {}
    gone = 0.0
    for step, who in steps:
        seconds.now += step
        gone += max(0.0, step)
        try:
            limiter.take(who)
        except TooManyRequests:
            continue
        passed[who] = passed.get(who, 0) + 1
    # A clock that went back gives at most what going forward again took.
    assert all(count <= burst + (2 * gone + 1e-6) * per_second for count in passed.values())


def test_memory_is_bounded() -> None:
    limiter = Limiter(Rate(1, 0.001), now=Seconds(), most=100)
    for number in range(10_000):
        limiter.take(str(number))
    assert len(limiter._buckets) == 100


def test_a_refusal_travels_between_processes() -> None:
    error = pickle.loads(pickle.dumps(TooManyRequests(7)))  # noqa: S301  # made here
    assert (error.retry_after, error.code) == (7, "account.rate")


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.9", [], "192.0.2.9"),
        ("192.0.2.9", ["203.0.113.1"], "192.0.2.9"),
        ("10.0.0.1", ["203.0.113.1"], "203.0.113.1"),
        ("10.0.0.1", ["6.6.6.6, 203.0.113.1"], "203.0.113.1"),
        ("10.0.0.1", ["6.6.6.6", "203.0.113.1"], "203.0.113.1"),
        ("10.0.0.1", ["6.6.6.6, 203.0.113.1, 10.0.0.2"], "203.0.113.1"),
        ("10.0.0.1", ["203.0.113.1, nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["10.0.0.1, 10.0.0.1"], "10.0.0.1"),
        ("::ffff:10.0.0.1", ["203.0.113.1"], "203.0.113.1"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", ["2001:db8::1"], "2001:db8::1"),
        ("testclient", ["203.0.113.1"], "testclient"),
    ],
)
def test_only_known_proxies_say_where_a_request_comes_from(
    peer: str, forwarded: list[str], client: str
) -> None:
    assert Proxies(["10.0.0.0/24"]).client_of(peer, forwarded=forwarded) == client


@given(given_by_client=st.lists(st.text(max_size=30), max_size=30))
def test_what_a_client_claims_never_counts(given_by_client: list[str]) -> None:
    proxies = Proxies(["10.0.0.0/24"])
    heard = [",".join([*given_by_client, "203.0.113.7"])]
    assert proxies.client_of("10.0.0.1", forwarded=heard) == "203.0.113.7"
    assert proxies.client_of("203.0.113.7", forwarded=given_by_client) == "203.0.113.7"


def test_networks_that_are_none_are_refused() -> None:
    with pytest.raises(InputError) as caught:
        Proxies(["10.0.0.300"])
    assert caught.value.code == "account.settings"


def test_neighbours_of_one_site_share_a_bucket() -> None:
    assert bucket_of("2001:db8:0:1::1") == bucket_of("2001:db8:0:1:ffff::9")
    assert bucket_of("2001:db8:0:1::1") != bucket_of("2001:db8:0:2::1")
    assert bucket_of("192.0.2.1") != bucket_of("192.0.2.2")
    assert is_loopback("127.0.0.5")
    assert not is_loopback("localhost.example.org")
