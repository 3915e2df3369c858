"""Carries out what the queue decides: writes turns down, sends leases to cells and tickets to players."""

from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import SQLAlchemyError

from teleop.hub import fleet, queue
from teleop.hub.clocks import Clocks
from teleop.hub.consent import ConsentVersion
from teleop.hub.desk import Desk
from teleop.hub.links import Links
from teleop.hub.store.people import ConsentFacts, PeopleStore
from teleop.hub.store.turns import TurnFacts, TurnStore
from teleop.hub.texts import failure
from teleop.hub.wires import encode_cell, encode_page
from teleop.metrics import HubMetrics
from teleop.tickets import Ticket, sign
from teleop.wire.browser_in import Language
from teleop.wire.browser_out import TurnGranted
from teleop.wire.hub_to_cell import Consent, Lease, Revoke

TICKET_SPARE_S = 180
VIEW_TICKET_S = 300
log = structlog.get_logger("teleop.hub.leases")


@dataclass(slots=True)
class Leases:
    """Works through the desk's effects one after another, so that a turn is stored before it is sent."""

    desk: Desk
    links: Links
    people: PeopleStore
    turns: TurnStore
    consent: ConsentVersion
    ticket_key: str
    clocks: Clocks
    metrics: HubMetrics
    sent: set[str] = field(default_factory=set)

    async def run(self) -> None:
        """Carries out effects until cancelled."""
        while True:
            effect = await self.desk.effects.get()
            try:
                await self.carry_out(effect)
            except SQLAlchemyError as error:
                log.error("the database refused a turn", effect=type(effect).__name__, error=str(error))
                if isinstance(effect, queue.Granted):
                    self.desk.tell(queue.LeaseUnsent(effect.turn.turn_id, keep_place=True))

    async def carry_out(self, effect: queue.Effect) -> None:
        """Does one thing that the queue asked for."""
        match effect:
            case queue.Granted(turn):
                await self._grant(turn)
            case queue.Over(turn, reason):
                await self._over(turn, reason)
            case queue.Expired(place):
                self._say(place.subject, "place_expired")
            case queue.Refused():
                pass  # the one who asked gets it as the answer of the request

    def revoke(self, turn: queue.Turn, reason: str) -> None:
        """Asks the cell to end a turn early; its result ends it here."""
        link = self.links.cells.get(turn.cell_id)
        if link is not None:
            link.outbox.put(encode_cell(Revoke(version=1, turn_id=turn.turn_id, reason=reason)))

    def granted_to(self, account_id: str) -> TurnGranted | None:
        """The message that lets a player's page connect, with a fresh ticket; None without a running turn."""
        turn = queue.turn_of(self.desk.line, account_id)
        return None if turn is None or turn.turn_id not in self.sent else self._message(turn)

    def view_ticket(self, cell_id: str, subject: str, operator: bool) -> str:
        """A ticket to watch a cell, and as operator to give it orders."""
        expires = self._utc_s() + VIEW_TICKET_S
        return sign(
            self.ticket_key,
            Ticket("operator" if operator else "viewer", cell_id, subject, None, None, expires),
        )

    async def _grant(self, turn: queue.Turn) -> None:
        subject = turn.place.subject
        puzzle = fleet.puzzle_of(self.desk.fleet, turn.cell_id, turn.place.puzzle_id)
        consent = await self.people.consent_in_force(subject, self.consent.text.text_version)
        if puzzle is None or consent is None:
            self.desk.tell(queue.LeaseUnsent(turn.turn_id, keep_place=False))
            return
        facts = TurnFacts(
            turn.turn_id,
            turn.cell_id,
            turn.epoch,
            subject,
            puzzle.id,
            puzzle.version,
            turn.place.duration_s,
            consent.record_id,
            self.clocks.utc_ns(),
        )
        await self.turns.add_turn(facts)
        link = self.links.cells.get(turn.cell_id)
        if link is None or not link.outbox.put(encode_cell(_lease(facts, consent))):
            self.desk.tell(queue.LeaseUnsent(turn.turn_id, keep_place=True))
            return
        self.sent.add(turn.turn_id)
        self.metrics.turns_granted.inc()
        log.info("turn granted", turn=turn.turn_id, cell=turn.cell_id, epoch=turn.epoch, subject=subject)
        message = encode_page(self._message(turn))
        for page in self.links.pages_of(subject):
            page.outbox.put(message)

    async def _over(self, turn: queue.Turn, reason: queue.OverReason) -> None:
        self.sent.discard(turn.turn_id)
        await self.turns.end_turn(turn.turn_id, self.clocks.utc_ns())
        self.metrics.turns_over.labels(reason=reason).inc()
        log.info("turn over", turn=turn.turn_id, cell=turn.cell_id, reason=reason)
        if reason == "lease_lost":
            self._say(turn.place.subject, "turn_lost")
        if reason == "lease_void":
            self._say(turn.place.subject, "turn_void")

    def _say(self, account_id: str, reason: str) -> None:
        for page in self.links.pages_of(account_id):
            page.outbox.put(encode_page(failure(reason)))

    def _message(self, turn: queue.Turn) -> TurnGranted:
        expires = self._utc_s() + int(turn.place.duration_s) + TICKET_SPARE_S
        ticket = Ticket("player", turn.cell_id, turn.place.subject, turn.turn_id, turn.epoch, expires)
        return TurnGranted(
            version=1,
            turn_id=turn.turn_id,
            cell_id=turn.cell_id,
            puzzle_id=turn.place.puzzle_id,
            lease_epoch=turn.epoch,
            ticket=sign(self.ticket_key, ticket),
            duration_s=turn.place.duration_s,
        )

    def _utc_s(self) -> int:
        return self.clocks.utc_ns() // 1_000_000_000


def _lease(turn: TurnFacts, consent: ConsentFacts) -> Lease:
    language: Language = "zh" if consent.language == "zh" else "en"
    return Lease(
        version=1,
        turn_id=turn.turn_id,
        epoch=turn.epoch,
        pseudonym=turn.account_id,
        puzzle_id=turn.puzzle_id,
        puzzle_version=turn.puzzle_version,
        language=language,
        duration_s=turn.duration_s,
        consent=Consent(
            record_id=consent.record_id,
            text_version=consent.text_version,
            text_sha256=consent.text_sha256,
            language=language,
            given_utc_ns=consent.given_utc_ns,
        ),
    )
