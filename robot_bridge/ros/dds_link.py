"""The DDS transport: one reader for joint states in a thread of its own, one writer per controller.

This module is the only one that needs cyclonedds; it is imported where a cell's configuration asks for it.
"""

import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from cyclonedds.core import DDSException, InstanceState, ReadCondition, SampleState, ViewState, WaitSet
from cyclonedds.domain import Domain, DomainParticipant
from cyclonedds.pub import DataWriter
from cyclonedds.qos import BasePolicy, Policy, Qos
from cyclonedds.sub import DataReader
from cyclonedds.topic import Topic

from robot_bridge.ros import idl, qos
from robot_bridge.ros.config import Ros2Config, RosController
from robot_bridge.ros.dds_settings import domain_xml
from robot_bridge.ros.link import LinkView
from robot_bridge.ros.messages import Heard, Outgoing
from robot_bridge.ros.qos import Endpoint
from robot_bridge.ros.type_hashes import dds_topic, user_data

_MS = 1_000_000
_WAIT_NS = 100 * _MS
_BLOCKING_NS = 1 * _MS
_RETRY_S = 1.0
_BACKLOG = 64
_DEPTH = 16
_JOINT_STATE = "sensor_msgs/msg/JointState"


@dataclass(frozen=True, slots=True)
class _Ends:
    """The entities of one participant; the domain stands last, for it must go last."""

    reader: DataReader
    writers: tuple[DataWriter, ...]
    waiting: WaitSet
    participant: DomainParticipant
    domain: Domain


class DdsLink:
    """One participant of a DDS domain, opened and read by a thread."""

    def __init__(self, config: Ros2Config) -> None:
        """Starts the thread; what goes wrong in it is told by `view`."""
        self._config = config
        self._heard: deque[Heard] = deque(maxlen=_BACKLOG)
        self._ends: _Ends | None = None
        self._problem = ""
        self._counts = {"sent": 0, "unsent": 0}
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dds", daemon=True)
        self._thread.start()

    @property
    def counts(self) -> Mapping[str, int]:
        """Commands written, and those that the middleware would not take in time."""
        return self._counts

    def view(self) -> LinkView:
        """How many match, and whether quality of service keeps somebody out."""
        ends = self._ends
        if ends is None:
            return LinkView(False, note=self._problem or "DDS is starting")
        endpoints = self._endpoints(ends)
        up = qos.published(endpoints)
        note = "" if up else f"nobody publishes {self._config.joint_states}"
        mismatch = qos.mismatch(endpoints)
        return LinkView(up, qos.unheard(endpoints), mismatch, mismatch or note)

    def take(self) -> tuple[Heard, ...]:
        """Joint states that came since the last call, oldest first."""
        taken: list[Heard] = []
        while self._heard:
            taken.append(self._heard.popleft())
        return tuple(taken)

    def publish(self, outgoing: Outgoing) -> None:
        """Writes at once; keeps no more than the newest command for a reader that is slow."""
        ends = self._ends
        if ends is None:
            return
        try:
            ends.writers[outgoing.controller].write(idl.encode(outgoing.command))
            self._counts["sent"] += 1
        except DDSException:
            self._counts["unsent"] += 1

    def close(self) -> None:
        """Leaves the domain."""
        self._ending.set()
        self._thread.join()
        self._ends = None

    def _endpoints(self, ends: _Ends) -> tuple[Endpoint, ...]:
        asked = ends.reader.get_requested_incompatible_qos_status()
        publishers = ends.reader.get_subscription_matched_status().current_count
        found = [
            Endpoint(self._config.joint_states, True, publishers, asked.total_count, asked.last_policy_id)
        ]
        for controller, writer in zip(self._config.controllers, ends.writers, strict=True):
            offered = writer.get_offered_incompatible_qos_status()
            listeners = writer.get_publication_matched_status().current_count
            found.append(
                Endpoint(controller.topic, False, listeners, offered.total_count, offered.last_policy_id)
            )
        return tuple(found)

    def _run(self) -> None:
        while not self._ending.is_set():
            try:
                ends = _open(self._config)
                self._ends = ends
                self._read(ends)
            except DDSException as error:
                self._ends = None
                self._problem = f"DDS: {error.msg}"
                self._ending.wait(_RETRY_S)

    def _read(self, ends: _Ends) -> None:
        while not self._ending.is_set():
            if ends.waiting.wait(_WAIT_NS) == 0:
                continue
            at_ns = time.monotonic_ns()
            for message in ends.reader.take(_DEPTH):
                if isinstance(message, idl.JointState):
                    self._heard.append(Heard(idl.joint_states(message), at_ns))


def _open(config: Ros2Config) -> _Ends:
    domain = Domain(config.domain, domain_xml(config))
    participant = DomainParticipant(config.domain)
    topic = Topic(participant, dds_topic(config.joint_states), idl.JointState)
    reader = DataReader(participant, topic, _reader_qos(config))
    writers = tuple(_writer(config, participant, controller) for controller in config.controllers)
    waiting = WaitSet(participant)
    waiting.attach(ReadCondition(reader, SampleState.NotRead | ViewState.Any | InstanceState.Any))
    return _Ends(reader, writers, waiting, participant, domain)


def _reader_qos(config: Ros2Config) -> Qos:
    """Asks for as little as it can: what is asked for and not offered would keep the publisher out."""
    reliable = config.joint_states_reliability == "reliable"
    policies = [
        Policy.Reliability.Reliable(_BLOCKING_NS) if reliable else Policy.Reliability.BestEffort,
        Policy.History.KeepLast(_DEPTH),
        Policy.Userdata(user_data(_JOINT_STATE)),
        *_every_end(),
    ]
    if config.joint_states_deadline_ms is not None:
        policies.append(Policy.Deadline(config.joint_states_deadline_ms * _MS))
    return Qos(*policies)


def _writer(config: Ros2Config, participant: DomainParticipant, controller: RosController) -> DataWriter:
    ros_type, form = idl.TYPES[controller.kind]
    offered = Qos(
        Policy.Reliability.Reliable(_BLOCKING_NS),
        Policy.History.KeepLast(1),
        Policy.Lifespan(config.lifespan_ms * _MS),
        Policy.Deadline(config.deadline_ms * _MS),
        Policy.Userdata(user_data(ros_type)),
        *_every_end(),
    )
    return DataWriter(participant, Topic(participant, dds_topic(controller.topic), form), offered)


def _every_end() -> tuple[BasePolicy, ...]:
    return (
        Policy.Durability.Volatile,
        Policy.DataRepresentation(use_cdrv0_representation=True, use_xcdrv2_representation=False),
    )
