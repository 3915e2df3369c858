"""The lock-step cell: the arm moves as the bus says, pieces can be moved and stacked, runs repeat."""

import hashlib
import math

import pytest

from robot_bridge.arms import steps_to_rad
from robot_bridge.kinematics import forward
from robot_bridge.wire.commands import PoseTarget
from sim_fallback.servo_bus import packets

DOWN = math.radians(-88)


def pick(driver, x, y, z, pitch=DOWN, roll=0.0):
    driver.tool_to(PoseTarget(x, y, 0.085, pitch, roll, 0.5), 1.2)
    driver.tool_to(PoseTarget(x, y, z, pitch, roll, 0.5), 0.8)
    driver.jaws(0.0)
    driver.tool_to(PoseTarget(x, y, 0.085, pitch, roll, 0.0), 0.8)


HELD_OFF_M = 0.006  # a held cube lies against the fixed finger, nearer to the arm than the tool point


def held_over(x, y):
    """Where the tool point is when a held cube is over (x, y), the jaws in the arm's plane."""
    bearing = math.atan2(y, x - 0.0388353)
    return x + HELD_OFF_M * math.cos(bearing), y + HELD_OFF_M * math.sin(bearing)


def put(driver, x, y, z, pitch=DOWN, roll=0.0):
    x, y = held_over(x, y)
    driver.tool_to(PoseTarget(x, y, 0.085, pitch, roll, 0.0), 1.2)
    driver.tool_to(PoseTarget(x, y, z, pitch, roll, 0.0), 0.8)
    driver.jaws(0.5)
    driver.tool_to(PoseTarget(x, y, 0.09, pitch, roll, 0.5), 0.6)
    driver.wait(0.3)


def test_the_arm_goes_where_the_bus_says(new_driver, layout, model):
    driver = new_driver(layout)
    driver.joints_to(model.ready_rad, 1.5)
    driver.wait(0.3)
    for reading, wanted in zip(driver.cell.readings(), model.ready_rad, strict=True):
        assert reading.position_rad == pytest.approx(wanted, abs=0.02)
    reached = forward(model, tuple(one.position_rad for one in driver.cell.readings()))
    assert math.dist((reached.x_m, reached.z_m), (forward(model, model.ready_rad).x_m, reached.z_m)) < 0.004


def test_the_bus_reports_what_the_physics_has(new_driver, layout, model):
    driver = new_driver(layout)
    driver.joints_to(model.ready_rad, 1.5)
    for at, entry in enumerate(driver.calibration):
        asked = packets.instruction_frame(entry.id, packets.READ, bytes((56, 2)))
        (reply,) = driver.cell.receive(asked)
        steps = int.from_bytes(reply.data[5:7], "little")
        angle = steps_to_rad(model, at, entry, steps)
        assert angle == pytest.approx(driver.cell.readings()[at].position_rad, abs=math.tau / 4096)


def test_a_cube_goes_into_another_slot_and_onto_another_cube(new_driver, layout, model):
    driver = new_driver(layout)
    driver.joints_to(model.ready_rad, 1.0)
    pick(driver, 0.2, 0.09, 0.017)
    assert driver.held() == ["red"]
    assert driver.piece("red")[2] > 0.06
    put(driver, 0.27, 0.05, 0.019)
    assert driver.held() == []
    assert driver.piece("red") == pytest.approx((0.27, 0.05, 0.015), abs=0.005)

    pick(driver, 0.27, 0.05, 0.017)
    assert driver.held() == ["red"]
    put(driver, *driver.piece("green")[:2], 0.049)
    x, y, _ = driver.piece("green")
    assert driver.piece("red") == pytest.approx((x, y, 0.045), abs=0.006)
    assert driver.piece("green") == pytest.approx((0.25, -0.04, 0.015), abs=0.004)


def test_three_cubes_make_a_tower(new_driver, layout, model):
    driver = new_driver(layout)
    driver.joints_to(model.ready_rad, 1.0)
    for level, name in enumerate(("red", "blue"), start=1):
        pick(driver, *driver.piece(name)[:2], 0.017)
        assert driver.held() == [name]
        driver.tool_to(PoseTarget(0.25, -0.04, 0.10, math.radians(-75), 0.0, 0.0), 1.2)
        put_x, put_y = held_over(*driver.piece("green")[:2])
        driver.tool_to(PoseTarget(put_x, put_y, 0.019 + 0.03 * level, math.radians(-85), 0.0, 0.0), 0.8)
        driver.jaws(0.5)
        driver.tool_to(PoseTarget(put_x, put_y, 0.12, math.radians(-70), 0.0, 0.5), 0.6)
        driver.wait(0.3)
    heights = [driver.piece(name)[2] for name in ("green", "red", "blue")]
    assert heights == pytest.approx([0.015, 0.045, 0.075], abs=0.004)


@pytest.mark.parametrize("pitch_deg", [-90, -75, -60])
def test_a_cube_can_be_grasped_from_every_pitch(new_driver, layout, model, pitch_deg):
    driver = new_driver(layout)
    driver.joints_to(model.ready_rad, 1.0)
    sideways = 0.0 if pitch_deg == -90 else math.pi / 2
    pick(driver, 0.25, -0.04, 0.019, math.radians(pitch_deg), sideways)
    assert driver.held() == ["green"]
    assert driver.piece("green")[2] > 0.06


def test_a_held_cube_does_not_slip_and_its_load_is_felt(new_driver, layout, model):
    driver = new_driver(layout)
    driver.joints_to(model.ready_rad, 1.0)
    pick(driver, 0.2, 0.09, 0.017)
    jaw = driver.cell.readings()[-1]
    assert jaw.load < -0.1
    assert 0.1 < jaw.position_rad < 0.4
    for x, y in ((0.2, -0.1), (0.27, 0.0), (0.2, 0.1)) * 2:
        driver.tool_to(PoseTarget(x, y, 0.08, DOWN, 0.0, 0.0), 0.7)
    driver.wait(0.3)
    reached = forward(model, driver.joints)
    here = driver.piece("red")
    assert math.dist(here, (reached.x_m, reached.y_m, reached.z_m)) < 0.008
    assert driver.held() == ["red"]


def test_a_cube_falls_when_the_torque_goes(new_driver, layout, model):
    driver = new_driver(layout)
    driver.joints_to(model.ready_rad, 1.0)
    pick(driver, 0.2, 0.09, 0.017)
    for entry in driver.calibration:
        driver.cell.receive(packets.instruction_frame(entry.id, packets.WRITE, bytes((40, 0))))
    driver.cell.step(1.0)
    assert driver.held() == []
    assert driver.piece("red")[2] < 0.03


def test_the_arm_without_torque_stays_folded(new_cell, model):
    cell = new_cell()
    cell.step(2.0)
    for reading, rest in zip(cell.readings(), model.rest_rad, strict=True):
        assert reading.position_rad == pytest.approx(rest, abs=0.15)


def test_a_layout_in_the_arms_way_is_refused(new_driver, layout, model):
    driver = new_driver(layout)
    driver.tool_to(PoseTarget(0.2, 0.09, 0.085, DOWN, 0.0, 0.5), 1.2)
    x, y, _ = driver.piece("red")
    driver.tool_to(PoseTarget(x - 0.012, y, 0.02, DOWN, 0.0, 0.2), 0.8)
    assert driver.cell.arrange(layout) == "the arm is in the way of piece red"


def test_a_new_layout_frees_the_hand(new_driver, layout, model):
    driver = new_driver(layout)
    driver.joints_to(model.ready_rad, 1.0)
    pick(driver, 0.2, 0.09, 0.017)
    assert driver.cell.arrange(layout) == ""
    assert driver.held() == []
    driver.wait(0.3)
    assert driver.piece("red") == pytest.approx((0.2, 0.09, 0.015), abs=0.001)


def run(new_driver, layout, model, seed):
    driver = new_driver(layout, seed)
    states, pictures = hashlib.sha256(), hashlib.sha256()
    driver.joints_to(model.ready_rad, 1.0)
    for pose in (
        PoseTarget(0.2, 0.09, 0.085, DOWN, 0.0, 0.5),
        PoseTarget(0.2, 0.09, 0.018, DOWN, 0.0, 0.5),
        PoseTarget(0.2, 0.09, 0.018, DOWN, 0.0, 0.0),
        PoseTarget(0.24, 0.0, 0.08, DOWN, 0.3, 0.0),
    ):
        driver.tool_to(pose, 1.0)
        states.update(driver.cell.state_bytes())
        for camera in ("overview", "wrist"):
            pictures.update(driver.cell.picture(camera))
    return states.hexdigest(), pictures.hexdigest()


def test_same_seed_and_same_bytes_give_the_same_run(new_driver, layout, model):
    first = run(new_driver, layout, model, 1)
    assert run(new_driver, layout, model, 1) == first
    states, pictures = run(new_driver, layout, model, 2)
    assert states == first[0]
    assert pictures != first[1]


def test_the_clock_counts_whole_steps(new_cell):
    cell = new_cell()
    cell.step(1.0)
    assert (cell.steps, cell.now_ns) == (240, 1_000_000_000)
    assert set(cell.calibrations()) == {"overview", "wrist"}


def test_a_cube_is_carried_as_by_a_belt_until_it_stands(new_driver, layout):
    driver = new_driver(layout)
    world, before = driver.cell.world, driver.piece("green")
    green = [one.piece for one in driver.cell.truth()].index("green")
    for _ in range(72):
        world.carry(green, (0.0, -0.05), 0.0)
        driver.wait(1 / 120)
    assert driver.piece("green") == pytest.approx((before[0], before[1] - 0.03, before[2]), abs=0.002)
    world.stand(green)
    driver.wait(0.1)
    stood = driver.piece("green")
    driver.wait(0.2)
    assert driver.piece("green") == pytest.approx(stood, abs=1e-4)
