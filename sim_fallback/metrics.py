"""Every metric of the simulation process, and the page that shows them."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

_STEP_BUCKETS = (0.0002, 0.0004, 0.0006, 0.0008, 0.001, 0.0015, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05)


class Metrics:
    """The registry of one simulation."""

    def __init__(self) -> None:
        """Registers all metrics at zero."""
        self.registry = CollectorRegistry()
        keep = self.registry
        self.realtime_factor = Gauge(
            "armcade_sim_realtime_factor", "Simulated over real time, last second", registry=keep
        )
        self.step_seconds = Histogram(
            "armcade_sim_step_seconds", "Work of one physics step", buckets=_STEP_BUCKETS, registry=keep
        )
        self.late_seconds = Histogram(
            "armcade_sim_step_late_seconds", "Start after deadline", buckets=_STEP_BUCKETS, registry=keep
        )
        self.lost_seconds = Counter(
            "armcade_sim_lost_seconds", "Real time given up instead of caught up", registry=keep
        )
        self.pictures = Gauge(
            "armcade_sim_pictures", "Pictures since the camera process began", registry=keep
        )
        self.skipped = Gauge("armcade_sim_scenes_skipped", "Scenes without a picture", registry=keep)
        self.render_seconds = Gauge(
            "armcade_sim_render_seconds", "Rendering time since the camera process began", registry=keep
        )
        self.camera_cpu_seconds = Gauge(
            "armcade_sim_camera_cpu_seconds", "Processor time of the camera process", registry=keep
        )
        self.camera_starts = Gauge("armcade_sim_camera_starts", "Starts of the camera process", registry=keep)
        self.goal_changed = Gauge(
            "armcade_sim_goal_changed_monotonic_seconds", "When a servo's goal last changed", registry=keep
        )
        self.joint_moved = Gauge(
            "armcade_sim_joint_moved_monotonic_seconds", "When a joint last turned", registry=keep
        )
        self.arrangements = Counter(
            "armcade_sim_arrangements", "Layouts staged, by outcome", ["outcome"], registry=keep
        )

    def serve(self, port: int) -> int:
        """Serves /metrics on loopback; returns the port, which is a free one when asked for 0."""
        server, _ = start_http_server(port, addr="127.0.0.1", registry=self.registry)
        return int(server.server_port)
