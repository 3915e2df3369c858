"""Settings of the DDS library as its XML: where to look for peers, and how not to."""

from robot_bridge.ros.config import Ros2Config

_LOOPBACK = "127.0.0.1"


def domain_xml(config: Ros2Config) -> str:
    """CycloneDDS settings of one domain; names in `config` cannot carry markup, their patterns forbid it."""
    address = interface(config)
    interfaces = (
        f"<Interfaces><NetworkInterface {_selector(address)}/></Interfaces>" if address is not None else ""
    )
    peers = "".join(f'<Peer Address="{peer}"/>' for peer in config.peers)
    return (
        f'<CycloneDDS><Domain Id="{config.domain}"><General>{interfaces}'
        f"<AllowMulticast>{'true' if config.multicast else 'false'}</AllowMulticast></General>"
        "<Discovery><ParticipantIndex>auto</ParticipantIndex>"
        "<MaxAutoParticipantIndex>32</MaxAutoParticipantIndex>"
        f"<Peers>{peers}</Peers></Discovery></Domain></CycloneDDS>"
    )


def interface(config: Ros2Config) -> str | None:
    """The interface to use: the one asked for, the loopback for peers on this machine alone, or any."""
    if config.interface is not None:
        return config.interface
    local = not config.multicast and set(config.peers) <= {_LOOPBACK, "localhost"}
    return _LOOPBACK if local else None


def _selector(value: str) -> str:
    kind = "address" if value[:1].isdigit() or ":" in value else "name"
    return f'{kind}="{value}"'
