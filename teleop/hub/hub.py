"""The hub as a whole: its parts put together, started and stopped."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from teleop.hub import fleet, queue
from teleop.hub.annotating import Annotating
from teleop.hub.buckets import Buckets, Rate, take
from teleop.hub.clocks import Clocks
from teleop.hub.config import HubConfig, read_turn_server
from teleop.hub.consent import ConsentVersion, load_consent
from teleop.hub.desk import Desk
from teleop.hub.episode_files import EpisodeFiles
from teleop.hub.export_desk import ExportDesk
from teleop.hub.keeping import KEY_FILE, Keeping
from teleop.hub.leases import Leases
from teleop.hub.links import Links, Page
from teleop.hub.orders import Orders
from teleop.hub.relay import Relay
from teleop.hub.results import Results
from teleop.hub.secret_files import Secrets
from teleop.hub.sessions import Sessions
from teleop.hub.store.engine import open_engine
from teleop.hub.store.people import PeopleStore
from teleop.hub.store.turns import TurnFacts, TurnStore
from teleop.hub.wires import encode_page
from teleop.metrics import HubMetrics
from teleop.wire.browser_out import CellCard, Lobby

log = structlog.get_logger("teleop.hub")
TICK_S = 0.25
LOBBY_S = 1.0
LOBBY_AT_MOST_EVERY_S = 0.1
RATES: Mapping[str, Rate] = {
    "sign_in": Rate(burst=30, per_minute=30),
    "role": Rate(burst=10, per_minute=10),
    "consent": Rate(burst=30, per_minute=30),
    "queue": Rate(burst=30, per_minute=60),
    "view": Rate(burst=60, per_minute=120),
    "annotate": Rate(burst=60, per_minute=120),
    "order": Rate(burst=120, per_minute=600),
    "live": Rate(burst=60, per_minute=120),
    "cell": Rate(burst=60, per_minute=120),
    "page_message": Rate(burst=40, per_minute=240),
}


@dataclass(slots=True)
class Hub:
    """Everything the endpoints work with."""

    config: HubConfig
    keys: Secrets
    consent: ConsentVersion
    clocks: Clocks
    metrics: HubMetrics
    people: PeopleStore
    turns: TurnStore
    sessions: Sessions
    links: Links
    desk: Desk
    leases: Leases
    relay: Relay
    orders: Orders
    results: Results
    episodes: EpisodeFiles
    annotating: Annotating
    keeping: Keeping
    exports: ExportDesk
    rates: Mapping[str, Rate]
    buckets: Buckets = field(default_factory=dict)
    pages_opened: int = 0

    def take_token(self, what: str, who: str) -> bool:
        """Takes a token of the bucket for doing `what`; False when it is empty."""
        self.buckets, granted = take(self.buckets, (what, who), self.rates[what], self.clocks.now_ns())
        return granted

    def cards(self) -> tuple[CellCard, ...]:
        """The cells as operators see them."""
        return fleet.cards(self.desk.fleet, self.desk.line, self.desk.names, self.clocks.now_ns())

    def cards_for(self, roles: tuple[str, ...]) -> tuple[CellCard, ...]:
        """The cells as someone with these roles sees them."""
        cards = self.cards()
        return cards if "operator" in roles else tuple(fleet.public(card) for card in cards)

    def show_lobby(self, page: Page) -> None:
        """Sends the present lobby to one page."""
        place = self.desk.place(page.caller.account_id)
        lobby = Lobby(version=1, cells=self.cards_for(page.caller.roles), place=place)
        page.outbox.put_newest(encode_page(lobby))

    async def pass_time(self) -> None:
        """Lets places expire, cells go offline, and offers time out, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + TICK_S
            await asyncio.sleep(TICK_S)
            self.metrics.loop_lag.observe(max(0.0, loop.time() - due))
            self.desk.tick()
            self.relay.tick()

    async def show_lobbies(self) -> None:
        """Sends the lobby to every page once a second and on change, until cancelled."""
        while True:
            try:
                async with asyncio.timeout(LOBBY_S):
                    await self.desk.changed.wait()
            except TimeoutError:
                pass
            self.desk.changed.clear()
            for page in tuple(self.links.pages.values()):
                self.show_lobby(page)
            await asyncio.sleep(LOBBY_AT_MOST_EVERY_S)


async def build(
    config: HubConfig, keys: Secrets, engine: AsyncEngine, clocks: Clocks, rates: Mapping[str, Rate]
) -> Hub:
    """Puts the hub together on an open database."""
    people, turns = PeopleStore(engine), TurnStore(engine)
    await people.end_old_sessions(clocks.utc_ns())
    running = await turns.open_turns()
    names = {
        turn.account_id: person.name for turn in running if (person := await people.person(turn.account_id))
    }
    series = await turns.series("t" + secrets.token_hex(3))
    now_ns = clocks.now_ns()
    line = queue.begin(series, await turns.epochs(), tuple(_running(turn, now_ns) for turn in running))
    metrics, links, consent = HubMetrics(), Links(), load_consent()
    desk = Desk(line, names, clocks)
    leases = Leases(desk, links, people, turns, consent, keys.ticket_private_pem, clocks, metrics)
    leases.sent.update(turn.turn_id for turn in running)
    files = EpisodeFiles(Path(config.episodes_dir), Path(config.database).with_name("episodes.index"))
    return Hub(
        config=config,
        keys=keys,
        consent=consent,
        clocks=clocks,
        metrics=metrics,
        people=people,
        turns=turns,
        sessions=Sessions(people, keys, clocks),
        links=links,
        desk=desk,
        leases=leases,
        relay=Relay(links, desk, clocks, metrics, read_turn_server(config)),
        orders=Orders(links, turns, clocks, metrics),
        results=Results(desk, links, turns, clocks, metrics),
        episodes=files,
        annotating=Annotating(Path(config.episodes_dir)),
        keeping=_keeping(config, turns, files, clocks),
        exports=ExportDesk(exports_folder(config), Path(config.episodes_dir), clocks),
        rates=rates,
    )


@asynccontextmanager
async def running(
    config: HubConfig,
    keys: Secrets,
    clocks: Clocks,
    failed: Callable[[], None],
    rates: Mapping[str, Rate] = RATES,
) -> AsyncIterator[Hub]:
    """A hub with its background work, everything closed at the end.

    `failed` is called when background work ends by itself: such a hub is to be restarted.
    """
    engine = await open_engine(Path(config.database))
    try:
        hub = await build(config, keys, engine, clocks, rates)
        await asyncio.to_thread(hub.exports.load)
        tasks = [
            asyncio.create_task(work)
            for work in (
                hub.leases.run(),
                hub.pass_time(),
                hub.show_lobbies(),
                hub.keeping.run(),
                hub.episodes.run(),
                hub.exports.run(),
                hub.exports.keep_tidy(),
            )
        ]

        def report(task: asyncio.Task[None]) -> None:
            if not task.cancelled():
                log.critical("background work ended", exc_info=task.exception())
                failed()

        for task in tasks:
            task.add_done_callback(report)
        try:
            yield hub
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    finally:
        await engine.dispose()


def _keeping(config: HubConfig, turns: TurnStore, files: EpisodeFiles, clocks: Clocks) -> Keeping:
    rules = Path(config.retention_file) if config.retention_file else None
    key = Path(config.secrets_dir) / KEY_FILE
    return Keeping(Path(config.episodes_dir), key, rules, turns, files, clocks.utc_ns, config.controller)


def exports_folder(config: HubConfig) -> Path:
    """Where exports lie: beside the episodes when the settings do not say."""
    return Path(config.exports_dir) if config.exports_dir else Path(config.episodes_dir).with_name("exports")


def _running(turn: TurnFacts, now_ns: int) -> queue.Turn:
    """A turn that was open when the hub stopped; its cell will say whether it still runs."""
    place = queue.Place(turn.account_id, turn.cell_id, turn.puzzle_id, turn.duration_s, 0, now_ns)
    return queue.Turn(turn.turn_id, turn.cell_id, turn.epoch, place, now_ns, confirmed=True)
