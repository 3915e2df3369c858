"""Every metric name of the hub and the cell, one registry per process."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_MILLISECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)

# --- cell -----------------------------------------------------------------------------------------


class CellMetrics:
    """What a cell counts and measures; times in seconds."""

    def __init__(self) -> None:
        """Makes a registry of its own, so that two cells in one test do not meet."""
        registry = self.registry = CollectorRegistry()
        self.refusals = Counter(
            "armcade_cell_refusals_total",
            "Messages refused, by wire and reason.",
            ("wire", "reason"),
            registry=registry,
        )
        self.accepted = Counter(
            "armcade_cell_accepted_total",
            "Messages accepted, by wire and kind.",
            ("wire", "kind"),
            registry=registry,
        )
        self.loop_lag = Histogram(
            "armcade_cell_loop_lag_seconds",
            "How late the event loop woke from a sleep.",
            buckets=_MILLISECONDS,
            registry=registry,
        )
        self.frames = Counter(
            "armcade_cell_frames_total", "Pictures read from a camera's ring.", ("camera",), registry=registry
        )
        self.encode_seconds = Histogram(
            "armcade_cell_encode_seconds",
            "Time to encode one picture.",
            ("camera",),
            buckets=_MILLISECONDS,
            registry=registry,
        )
        self.encoder_failures = Counter(
            "armcade_cell_encoder_failures_total",
            "Pictures that x264 refused.",
            ("camera",),
            registry=registry,
        )
        self.picture_age = Histogram(
            "armcade_cell_picture_age_seconds",
            "Age of a picture when it is handed to the senders.",
            ("camera",),
            buckets=_MILLISECONDS,
            registry=registry,
        )
        self.peers = Gauge("armcade_cell_peers", "Connected browsers, by role.", ("role",), registry=registry)
        self.command_age = Histogram(
            "armcade_cell_command_age_seconds",
            "Age of accepted control messages by the estimated clock offset.",
            buckets=_MILLISECONDS,
            registry=registry,
        )
        self.picture_seen_age = Histogram(
            "armcade_cell_seen_picture_age_seconds",
            "Age of the picture that the player was seeing when a control message arrived.",
            buckets=_MILLISECONDS,
            registry=registry,
        )
        self.clock_error = Gauge(
            "armcade_cell_clock_error_seconds", "Error bound of the player's clock offset.", registry=registry
        )
        self.clock_steps = Counter(
            "armcade_cell_clock_steps_total", "Steps seen in a browser's clock.", registry=registry
        )
        self.bridge_age = Histogram(
            "armcade_cell_bridge_state_age_seconds",
            "Age of arm state on arrival from the bridge.",
            buckets=_MILLISECONDS,
            registry=registry,
        )
        self.bridge_ticks_missed = Counter(
            "armcade_cell_bridge_ticks_missed_total",
            "Ticks of the bridge that never arrived.",
            registry=registry,
        )
        self.bridge_send_failures = Counter(
            "armcade_cell_bridge_send_failures_total",
            "Commands that the bridge's socket did not take.",
            registry=registry,
        )
        self.recorded = Counter(
            "armcade_cell_recorded_messages_total", "Messages given to the recorder.", registry=registry
        )
        self.recorder_failures = Counter(
            "armcade_cell_recorder_failures_total", "Episodes that could not be written.", registry=registry
        )
        self.recorder_waiting = Gauge(
            "armcade_cell_recorder_waiting_messages", "Messages that wait to be written.", registry=registry
        )
        self.referee_seconds = Histogram(
            "armcade_cell_referee_seconds",
            "Time for the referee to look at one picture.",
            buckets=_MILLISECONDS,
            registry=registry,
        )
        self.hub_connected = Gauge(
            "armcade_cell_hub_connected", "Whether the link to the hub is up.", registry=registry
        )
        self.outbox = Gauge(
            "armcade_cell_outbox_results", "Results that the hub has not acknowledged.", registry=registry
        )
        self.turns = Counter(
            "armcade_cell_turns_total", "Turns ended, by outcome.", ("outcome",), registry=registry
        )


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
