"""Every metric name of the hub and the cell, one registry per process."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_MILLISECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)

# --- cell -----------------------------------------------------------------------------------------


class CellMetrics:
    """What a cell counts and measures; times in seconds."""

    def __init__(self) -> None:
        """Makes a registry of its own, so that two cells in one test do not meet."""
        self.registry = CollectorRegistry()
        self._define_wires()
        self._define_video()
        self._define_bridge()
        self._define_turns()

    def _define_wires(self) -> None:
        count, gauge, seconds = self._count, self._gauge, self._seconds
        self.refusals = count("refusals", "Messages refused, by wire and reason.", "wire", "reason")
        self.accepted = count("accepted", "Messages accepted, by wire and kind.", "wire", "kind")
        self.loop_lag = seconds("loop_lag", "How late the event loop woke from a sleep.")
        self.peers = gauge("peers", "Connected browsers, by role.", "role")
        self.away = count("away", "Times that a browser gave no sign of life for 700 ms, by role.", "role")
        self.command_age = seconds("command_age", "Age of accepted control messages by the clock offset.")
        self.clock_error = gauge("clock_error_seconds", "Error bound of the player's clock offset.")
        self.clock_steps = count("clock_steps", "Steps seen in a browser's clock.")
        self.hub_connected = gauge("hub_connected", "Whether the link to the hub is up.")
        self.outbox = gauge("outbox_results", "Results that the hub has not acknowledged.")

    def _define_video(self) -> None:
        count, gauge, seconds = self._count, self._gauge, self._seconds
        self.frames = count("frames", "Pictures read from a camera's ring.", "camera")
        self.encode_seconds = seconds("encode", "Time to encode one picture.", "camera")
        self.encoder_failures = count("encoder_failures", "Pictures that x264 refused.", "camera")
        self.picture_share = gauge("picture_share", "Share of the full bit rate that viewers' pictures get.")
        self.links_blocked = count("links_blocked", "Times that a viewer's link was full and given a rest.")
        self.picture_age = seconds("picture_age", "Age of a picture when handed to the senders.", "camera")
        self.picture_seen_age = seconds("seen_picture_age", "Age of the picture the player was seeing.")
        self.referee_seconds = seconds("referee", "Time for the referee to look at one picture.")

    def _define_bridge(self) -> None:
        count, seconds = self._count, self._seconds
        self.bridge_age = seconds("bridge_state_age", "Age of arm state on arrival from the bridge.")
        self.bridge_ticks_missed = count("bridge_ticks_missed", "Ticks of the bridge that never arrived.")
        self.bridge_send_failures = count("bridge_send_failures", "Commands the bridge's socket refused.")

    def _define_turns(self) -> None:
        count, gauge = self._count, self._gauge
        self.turns = count("turns", "Turns ended, by outcome.", "outcome")
        self.recorded = count("recorded_messages", "Messages given to the recorder.")
        self.recorder_failures = count("recorder_failures", "Episodes that could not be written.")
        self.recorder_waiting = gauge("recorder_waiting_messages", "Messages that wait to be written.")

    def _count(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"armcade_cell_{name}_total", text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"armcade_cell_{name}", text, labels, registry=self.registry)

    def _seconds(self, name: str, text: str, *labels: str) -> Histogram:
        full = f"armcade_cell_{name}_seconds"
        return Histogram(full, text, labels, buckets=_MILLISECONDS, registry=self.registry)


# --- hub ------------------------------------------------------------------------------------------


class HubMetrics:
    """What the hub counts and measures; times in seconds."""

    def __init__(self) -> None:
        """Makes a registry of its own, so that two hubs in one test do not meet."""
        registry = self.registry = CollectorRegistry()
        self.requests = Counter(
            "armcade_hub_requests_total", "HTTP requests, by method and status.", ("method", "status"),
            registry=registry,
        )  # fmt: skip
        self.request_seconds = Histogram(
            "armcade_hub_request_seconds", "Time to answer an HTTP request.", buckets=_MILLISECONDS,
            registry=registry,
        )  # fmt: skip
        self.refused = Counter(
            "armcade_hub_refused_total", "Requests and messages refused, by wire and reason.",
            ("wire", "reason"), registry=registry,
        )  # fmt: skip
        self.pages = Gauge("armcade_hub_pages", "Open pages.", registry=registry)
        self.cells = Gauge("armcade_hub_cells", "Connected cells.", registry=registry)
        self.waiting = Gauge("armcade_hub_waiting_players", "Places in all queues.", registry=registry)
        self.turns_granted = Counter("armcade_hub_turns_granted_total", "Turns granted.", registry=registry)
        self.turns_over = Counter(
            "armcade_hub_turns_over_total", "Turns that ended, by how the hub learnt it.", ("reason",),
            registry=registry,
        )  # fmt: skip
        self.results = Counter("armcade_hub_results_total", "Results kept.", ("solved",), registry=registry)
        self.offers = Counter(
            "armcade_hub_offers_total", "WebRTC offers, by outcome.", ("outcome",), registry=registry
        )
        self.orders = Counter(
            "armcade_hub_orders_total", "Operators' orders, by kind and outcome.", ("kind", "outcome"),
            registry=registry,
        )  # fmt: skip
        self.loop_lag = Histogram(
            "armcade_hub_loop_lag_seconds", "How late the event loop woke from a sleep.",
            buckets=_MILLISECONDS, registry=registry,
        )  # fmt: skip
