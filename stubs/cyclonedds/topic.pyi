from cyclonedds.core import Entity
from cyclonedds.domain import DomainParticipant
from cyclonedds.idl import IdlStruct

class Topic(Entity):
    def __init__(
        self, domain_participant: DomainParticipant, topic_name: str, data_type: type[IdlStruct]
    ) -> None: ...
