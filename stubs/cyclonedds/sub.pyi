from collections.abc import Sequence

from cyclonedds.core import Entity
from cyclonedds.domain import DomainParticipant
from cyclonedds.qos import Qos
from cyclonedds.topic import Topic

class Matched:
    total_count: int
    current_count: int

class IncompatibleQos:
    total_count: int
    last_policy_id: int

class DataReader(Entity):
    def __init__(
        self, subscriber_or_participant: DomainParticipant, topic: Topic, qos: Qos | None = ...
    ) -> None: ...
    def take(self, N: int = ...) -> Sequence[object]: ...
    def get_subscription_matched_status(self) -> Matched: ...
    def get_requested_incompatible_qos_status(self) -> IncompatibleQos: ...
