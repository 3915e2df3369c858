"""What is said about endpoints that do not fit."""

from robot_bridge.ros.qos import Endpoint, mismatch, published, unheard

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


def test_the_policy_is_named() -> None:
    refused = Endpoint("/arm", False, 0, 1, 11)
    assert mismatch((FINE, refused)) == (
        "a controller of /arm has incompatible quality of service (reliability); nobody else is there"
    )


def test_a_bystander_that_does_not_fit_is_only_told_of() -> None:
    refused = Endpoint("/joint_states", True, 1, 2, 99)
    assert mismatch((refused,)) == (
        "a publisher of /joint_states has incompatible quality of service (policy 99)"
    )
    assert published((refused,))
