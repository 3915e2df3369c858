"""Punctuality is asked for, and its refusal is survived."""

import os

from sim_fallback import realtime


def test_a_refusal_is_told(monkeypatch):
    def refuse(pid, policy, parameters):
        raise PermissionError

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    assert realtime.become_punctual() is False


def test_the_camera_process_does_not_inherit_it(monkeypatch):
    asked = []
    monkeypatch.setattr(os, "sched_setscheduler", lambda *arguments: asked.append(arguments))
    assert realtime.become_punctual() is True
    assert asked[0][1] & os.SCHED_RESET_ON_FORK
