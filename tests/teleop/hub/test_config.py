"""The hub's configuration file."""

import tomllib

import pytest

from teleop.hub.config import ConfigRefused, HubConfig, parse_config, read_config

GOOD = """
[hub]
database = "hub.sqlite3"
episodes_dir = "episodes"
secrets_dir = "secrets"
origins = ["http://127.0.0.1:8000"]
[cell]
id = "other processes' tables are theirs"
"""


def refused(text: str) -> str:
    with pytest.raises(ConfigRefused) as error:
        parse_config(tomllib.loads(text), "hub.toml")
    return str(error.value)


def test_a_good_file_with_its_defaults(tmp_path):
    path = tmp_path / "hub.toml"
    path.write_text(GOOD)
    expected = HubConfig("hub.sqlite3", "episodes", "secrets", ("http://127.0.0.1:8000",))
    assert read_config(path) == expected
    assert (expected.host, expected.port, expected.client_dir) == ("127.0.0.1", 8000, "")


def test_an_unknown_key_is_named_with_the_nearest():
    assert "unknown key 'orgins' in [hub]; did you mean 'origins'?" in refused(
        GOOD.replace("origins", "orgins")
    )
    assert "unknown key 'zzz' in [hub]" in refused(GOOD.replace("[cell]", "zzz = 1\n[cell]"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("[hub]", "[hob]"), "no table [hub]"),
        (("[hub]", "hub = 3\n[other]"), "no table [hub]"),
        (('database = "hub.sqlite3"', ""), "database"),
        (('"http://127.0.0.1:8000"', '"http://127.0.0.1:8000/"'), "is no origin"),
        (('["http://127.0.0.1:8000"]', "[]"), "origins"),
        (('"hub.sqlite3"', '"hub.sqlite3"\nport = 70000'), "port"),
        (('"hub.sqlite3"', '"hub.sqlite3"\nport = "8000"'), "port"),
    ],
)
def test_a_wrong_file_is_refused_with_a_sentence(change, said):
    assert said in refused(GOOD.replace(*change))


def test_a_file_that_is_not_there_or_no_toml(tmp_path):
    for content in (None, b"[hub", b"\xff"):
        path = tmp_path / "x.toml"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(ConfigRefused, match=r"x\.toml"):
            read_config(path)


def test_a_table_says_who_answers_for_the_data() -> None:
    told = parse_config(tomllib.loads(GOOD + '[controller]\nname = "The lab"\n'), "hub.toml").controller
    assert (told.name, told.legal_basis) == ("The lab", "dpv:Consent")
    assert "unknown field" in refused(GOOD + '[controller]\nnom = "The lab"\n')
