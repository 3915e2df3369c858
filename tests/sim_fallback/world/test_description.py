"""The arm as the physics engine reads it: the model's frames, masses of the real arm, unique names."""

from xml.etree import ElementTree

import pytest

from robot_bridge.kinematics import link_frames
from sim_fallback.scene import LINKS
from sim_fallback.world.description import BODIES, FIXED_PAD_X_M, Box, urdf


def test_every_link_has_mass_and_a_name_of_its_own(model):
    robot = ElementTree.fromstring(urdf(model))
    links = robot.findall("link")
    names = [link.get("name") for link in links] + [joint.get("name") for joint in robot.findall("joint")]
    assert len(set(names)) == len(names) == 13
    masses = [float(link.find("inertial/mass").get("value")) for link in links]
    assert sum(masses) == pytest.approx(0.632, abs=0.002)


def test_the_tool_point_lies_where_a_30_mm_cube_fits(model):
    gap = model.tool_xyz_m[0] - 0.015 - FIXED_PAD_X_M
    assert 0.004 < gap < 0.008


def test_boxes_lie_within_arms_reach_of_their_frames():
    for body in BODIES.values():
        for box in body.boxes:
            assert all(0.001 < edge < 0.16 for edge in box.size)
            assert all(abs(value) < 0.12 for value in box.centre)


def test_a_turned_box_has_its_centre_turned():
    assert Box((1, -1, 0), (3, 1, 2), 1.5707963267948966).centre == pytest.approx((0, 2, 1))


def test_the_engine_puts_links_where_kinematics_does(new_cell, model):
    cell = new_cell()
    cell.step(0.1)
    joints = tuple(one.position_rad for one in cell.readings())
    frames = link_frames(model, joints)
    found = dict(zip(LINKS, cell.scene().links, strict=True))
    listed = frames.items() if isinstance(frames, dict) else zip(found, frames, strict=True)
    for name, frame in listed:
        place = [row[3] for row in frame[:3]]
        assert found[name].position_m == pytest.approx(place, abs=2e-4), name
