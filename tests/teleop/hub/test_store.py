"""The database: migrations give exactly the tables of the code, and turns survive."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from teleop.hub import migrations as migrations_package
from teleop.hub.store.engine import migrations, open_engine, upgrade
from teleop.hub.store.people import ConsentFacts, PeopleStore, Person
from teleop.hub.store.tables import Base
from teleop.hub.store.turns import OrderFacts, ResultRefused, TurnFacts, TurnStore


@pytest.fixture
async def engine(tmp_path):
    engine = await open_engine(tmp_path / "deep" / "hub.sqlite3")
    yield engine
    await engine.dispose()


@pytest.fixture
async def turns(engine):
    people = PeopleStore(engine)
    for name in ("a", "b"):
        await people.add_account(Person(f"p-{name}", name, "en"), 1)
        await people.add_consent(ConsentFacts(f"c-{name}", f"p-{name}", "v1", "0" * 64, "en", True, 1))
    return TurnStore(engine)


def turn(epoch, cell="home", who="a"):
    return TurnFacts(f"t-{cell}-{epoch}", cell, epoch, f"p-{who}", "tower", 3, 120.0, f"c-{who}", 5)


async def test_migrations_give_the_tables_of_the_code(engine):
    def differences(connection):
        return compare_metadata(MigrationContext.configure(connection), Base.metadata)

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_migrations_run_twice_change_nothing_and_lead_back(engine, tmp_path):
    async with engine.begin() as connection:
        await connection.run_sync(upgrade)

    def down(connection):
        config = migrations()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")

    async with engine.begin() as connection:
        await connection.run_sync(down)
        left = await connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'"))
        assert [name for (name,) in left] == ["alembic_version"]


async def test_every_commit_is_durable(engine):
    async with engine.connect() as connection:
        pragmas = {
            name: (await connection.execute(text(f"PRAGMA {name}"))).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


async def test_the_series_of_a_database_is_chosen_once(turns):
    assert await turns.series("t1") == await turns.series("t2") == "t1"


async def test_an_epoch_is_granted_once(turns):
    await turns.add_turn(turn(5))
    await turns.add_turn(turn(5, cell="other"))
    with pytest.raises(IntegrityError):
        await turns.add_turn(TurnFacts("t-again", "home", 5, "p-a", "tower", 3, 120.0, "c-a", 5))
    assert await turns.epochs() == {"home": 5, "other": 5}


async def test_only_the_newest_turn_of_a_cell_may_still_be_open(turns):
    for epoch in (1, 2):
        await turns.add_turn(turn(epoch))
    await turns.add_turn(turn(1, cell="other"))
    await turns.end_turn("t-other-1", 9)
    assert [facts.turn_id for facts in await turns.open_turns()] == ["t-home-2"]
    assert (await turns.turn("t-home-1")).epoch == 1 and await turns.turn("t-home-9") is None


async def test_a_result_is_kept_once_and_ends_its_turn(turns, make):
    await turns.add_turn(turn(5))
    result = make.result("t-home-5", "home", 5)
    assert await turns.keep_result(result, 7) is True
    assert await turns.keep_result(make.result("t-home-5", "home", 5, score=9), 8) is False
    kept = await turns.result("t-home-5")
    assert (kept.row.score, kept.row.account_id, kept.name) == (800, "p-a", "a")
    assert await turns.open_turns() == ()
    assert await turns.owner_of_episode("e-t-home-5") == "p-a"
    assert await turns.owner_of_episode("e-none") is None


async def test_results_that_contradict_are_refused(turns, make):
    await turns.add_turn(turn(5))
    with pytest.raises(ResultRefused):
        await turns.keep_result(make.result("t-home-5", "home", 6), 7)
    assert await turns.keep_result(make.result("t-old-1", "home", 1), 7)
    with pytest.raises(ResultRefused):
        await turns.keep_result(make.result("t-old-1", "other", 1), 7)


async def test_a_result_of_an_unknown_turn_is_kept_but_not_ranked(turns, make):
    await turns.keep_puzzles((make.puzzle,))
    await turns.keep_puzzles((make.puzzle,))
    await turns.keep_result(make.result("t-old-1", "home", 1), 7)
    kept = await turns.result("t-old-1")
    assert (kept.row.account_id, kept.name, kept.puzzle_title.zh) == ("", "", "高塔")
    assert await turns.results_of("tower") == () and await turns.best_scores() == {}
    assert await turns.plays() == {"tower": 1}


async def test_orders_are_only_ever_added(turns, engine):
    await turns.add_order(OrderFacts("o-1", "home", "stop", "stop-1", "p-a", "smoke", "", True, 3))
    with pytest.raises(IntegrityError, match="only ever added"):
        async with engine.begin() as connection:
            await connection.execute(text("DELETE FROM orders"))


async def test_there_is_no_consent_in_force_after_withdrawal(engine):
    people = PeopleStore(engine)
    await people.add_account(Person("p-a", "a", "en"), 1)
    assert await people.consent_in_force("p-a", "v1") is None
    for number, agreed in enumerate((True, False, True)):
        await people.add_consent(ConsentFacts(f"c-{number}", "p-a", "v1", "0" * 64, "en", agreed, number))
        found = await people.consent_in_force("p-a", "v1")
        assert (found is not None) == agreed
    assert await people.consent_in_force("p-a", "v2") is None
    assert await people.person("p-b") is None


def test_the_migrations_lie_in_the_package():
    assert (Path(migrations_package.__file__).parent / "env.py").is_file()
