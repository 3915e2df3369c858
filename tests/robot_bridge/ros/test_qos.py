"""What is said about endpoints that do not fit."""

import pytest

from robot_bridge.ros.qos import POLICIES, Endpoint, mismatch, published, unheard

FINE = Endpoint("/joint_states", True, 1, 0, 0)
COMMANDS = Endpoint("/arm", False, 1, 0, 0)


def test_all_fit() -> None:
    assert mismatch((FINE, COMMANDS)) == ""
    assert unheard((FINE, COMMANDS)) == ()
    assert published((FINE, COMMANDS))


def test_nobody_there() -> None:
    ends = (Endpoint("/joint_states", True, 0, 0, 0), Endpoint("/arm", False, 0, 0, 0))
    assert not published(ends) and unheard(ends) == ("/arm",)
    assert mismatch(ends) == ""


def test_topic_policy_and_remedy_are_named() -> None:
    refused = Endpoint("/arm", False, 0, 1, 4)
    assert mismatch((FINE, refused)) == (
        "a controller of /arm has incompatible quality of service (deadline): let it ask for no deadline, "
        "or set deadline_ms to what it asks for; nobody else is there"
    )


@pytest.mark.parametrize("policy", [*POLICIES, 99])
@pytest.mark.parametrize("reading", [True, False])
def test_every_mismatch_comes_with_something_to_do(policy: int, reading: bool) -> None:
    told = mismatch((Endpoint("/topic", reading, 1, 1, policy),))
    about, _, remedy = told.partition(": ")
    assert "/topic" in about and POLICIES.get(policy, str(policy)) in about and len(remedy) > 10


def test_what_one_can_set_oneself_is_named_by_its_word_in_the_cells_file() -> None:
    assert "joint_states_reliability" in mismatch((Endpoint("/s", True, 0, 1, 11),))
    assert "joint_states_deadline_ms" in mismatch((Endpoint("/s", True, 0, 1, 4),))


def test_a_bystander_that_does_not_fit_is_only_told_of() -> None:
    refused = Endpoint("/joint_states", True, 1, 2, 99)
    assert mismatch((refused,)) == (
        "a publisher of /joint_states has incompatible quality of service (policy 99): compare both ends "
        "with `ros2 topic info --verbose /joint_states`"
    )
    assert published((refused,))
