from cyclonedds.domain import DomainParticipant
from cyclonedds.sub import DataReader

class DDSException(Exception):
    code: int
    msg: str

class Entity: ...

class SampleState:
    NotRead: int

class ViewState:
    Any: int

class InstanceState:
    Any: int

class ReadCondition(Entity):
    def __init__(self, reader: DataReader, mask: int) -> None: ...

class WaitSet(Entity):
    def __init__(self, domain_participant: DomainParticipant) -> None: ...
    def attach(self, entity: Entity) -> None: ...
    def wait(self, timeout: int) -> int: ...
