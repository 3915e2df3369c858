class BasePolicy: ...

class Policy:
    class Reliability:
        BestEffort: BasePolicy
        class Reliable(BasePolicy):
            def __init__(self, max_blocking_time: int) -> None: ...

    class Durability:
        Volatile: BasePolicy

    class History:
        class KeepLast(BasePolicy):
            def __init__(self, depth: int) -> None: ...

    class Lifespan(BasePolicy):
        def __init__(self, lifespan: int) -> None: ...

    class Deadline(BasePolicy):
        def __init__(self, deadline: int) -> None: ...

    class Userdata(BasePolicy):
        def __init__(self, data: bytes) -> None: ...

    class DataRepresentation(BasePolicy):
        def __init__(self, use_cdrv0_representation: bool, use_xcdrv2_representation: bool) -> None: ...

class Qos:
    def __init__(self, *policies: BasePolicy) -> None: ...
