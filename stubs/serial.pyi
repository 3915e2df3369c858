class SerialException(OSError): ...

class Serial:
    def __init__(
        self,
        port: str | None = ...,
        baudrate: int = ...,
        *,
        timeout: float | None = ...,
        write_timeout: float | None = ...,
        exclusive: bool | None = ...,
    ) -> None: ...
    def fileno(self) -> int: ...
    def close(self) -> None: ...
    def set_low_latency_mode(self, low_latency_settings: bool) -> None: ...

def serial_for_url(
    url: str,
    baudrate: int = ...,
    *,
    timeout: float | None = ...,
    write_timeout: float | None = ...,
    exclusive: bool | None = ...,
) -> Serial: ...
