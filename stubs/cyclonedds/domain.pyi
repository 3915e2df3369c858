from cyclonedds.core import Entity

class Domain(Entity):
    def __init__(self, domain_id: int, config: str | None = ...) -> None: ...

class DomainParticipant(Entity):
    def __init__(self, domain_id: int = ...) -> None: ...
