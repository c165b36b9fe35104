"""One night in small over hosts of all platforms of which every sixth is ill (`python -m tests.bench --only night`)."""

from __future__ import annotations

import pytest

from tests.bench.mixed_web import HEALTHY, PLATFORMS, free_port, plan_sites
from tests.bench.night_bench import NAMED, SHARES, Night, run_night

TIMEOUT_S = 4
# Together a sixth of the hosts: from a fifth on the command says that too many have failed.
ILL = {manner: min(max(share, 0.02), 0.04) for manner, share in SHARES.items()}


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """Two hosts of every platform, and of them at least one or two of every manner."""
    port = free_port()
    sites = plan_sites(2 * len(PLATFORMS), port, ILL, shares={})
    settings = {"OUTAGEWIRE_TIMEOUT": str(TIMEOUT_S), "OUTAGEWIRE_BACKOFF": "0.1"}
    return run_night(tmp_path_factory.mktemp("night"), sites, port, 0.05, **settings)


@pytest.mark.slow
def test_the_hosts_are_of_every_platform_and_ill_in_every_way(night: Night) -> None:
    assert {site.manner for site in night.sites} == NAMED.keys()
    assert {site.source.platform for site in night.sites} == PLATFORMS.keys()
    assert sum(site.manner == HEALTHY for site in night.sites) > len(PLATFORMS)


@pytest.mark.slow
def test_every_healthy_source_is_whole(night: Night) -> None:
    assert night.broken == ()


@pytest.mark.slow
def test_every_ill_source_is_named_with_its_reason(night: Night) -> None:
    assert night.misnamed == ()
    for manner in SHARES:
        assert set(night.outcomes[manner]) == {NAMED[manner]}


@pytest.mark.slow
def test_the_night_ends_soon_and_in_little_memory(night: Night) -> None:
    # Three time-outs one after the other are twelve seconds, whatever their number; the rest is for a busy machine.
    assert night.timed.wall < 90
    assert night.timed.memory < 300
