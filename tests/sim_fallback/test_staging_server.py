"""The staging socket: typed, bounded requests from any client, one at a time, and both commands."""

import json
import socket
import threading

import msgspec
import pytest

from sim_fallback import staging_client
from sim_fallback.staging_server import StagingServer
from sim_fallback.staging_wire import MAX_LINE_BYTES, Answer, Arrange, InjectFaults, PieceIs, decode_answer

PIECE = PieceIs("red", (0.1, 0.2, 0.3), (0.0, 0.0, 0.0, 1.0), False)


@pytest.fixture
def server(tmp_path):
    server = StagingServer(tmp_path / "run" / "sim.sock")
    stop = threading.Event()

    def answer():
        while not stop.wait(0.002):
            if (waiting := server.next()) is not None:
                request, future = waiting
                if isinstance(request, InjectFaults):
                    future.set_result(Answer(len(request.plan.steps) < 2, "one at a time"))
                elif isinstance(request, Arrange):
                    refusal = "no room" if not request.layout.pieces else ""
                    future.set_result(Answer(not refusal, refusal))
                else:
                    future.set_result(Answer(True, "", (PIECE,), (0.5,)))

    thread = threading.Thread(target=answer)
    thread.start()
    yield tmp_path / "run" / "sim.sock"
    stop.set()
    thread.join()
    server.close()
    assert not (tmp_path / "run" / "sim.sock").exists()


def talk(path, data):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(10)
        client.connect(str(path))
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        return decode_answer(client.makefile("rb").read())


def test_only_the_owner_may_ask(server):
    assert server.stat().st_mode & 0o777 == 0o600


def test_a_layout_is_handed_over(server, layout, tmp_path):
    path = tmp_path / "layout.json"
    path.write_bytes(msgspec.json.encode(layout))
    assert staging_client.arrange(server, path) == 0


def test_a_refusal_is_an_exit_code_and_a_sentence(server, tmp_path, capsys):
    path = tmp_path / "layout.json"
    path.write_text('{"version":1,"pieces":[],"slots":[],"fiducials":[]}')
    assert staging_client.arrange(server, path) == 1
    assert capsys.readouterr().err == "arrange: no room\n"


def test_a_bad_file_never_reaches_the_socket(server, tmp_path, capsys):
    path = tmp_path / "layout.json"
    path.write_text("{}")
    assert staging_client.arrange(server, path) == 1
    assert "version" in capsys.readouterr().err


def test_the_truth_is_printed(server, capsys):
    assert staging_client.truth(server) == 0
    assert json.loads(capsys.readouterr().out)["pieces"][0]["id"] == "red"


def test_a_fault_is_handed_over(server):
    assert staging_client.fault(server, ["mute", "ids=3"], None) == 0


def test_a_plan_of_faults_is_read_from_its_file(server, tmp_path, capsys):
    plan, step = tmp_path / "plan.json", b'{"at_s":1,"fault":{"type":"heal"}}'
    plan.write_bytes(b'{"steps":[' + step + b"]}")
    assert staging_client.fault(server, [], plan) == 0
    plan.write_bytes(b'{"steps":[' + step + b"," + step + b"]}")
    assert staging_client.fault(server, [], plan) == 1
    assert capsys.readouterr().err == "fault: one at a time\n"


def test_no_simulation(tmp_path, capsys):
    assert staging_client.truth(tmp_path / "nowhere.sock") == 1
    assert "No such file" in capsys.readouterr().err


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"hello\n",
        b'{"type":"arrange","version":1}\n',
        b'{"type":"truth","version":2}\n',
        b'{"type":"truth","version":1,"more":1}\n',
        b'{"type":"shout","version":1}\n',
        b"\xff\xfe\n",
    ],
)
def test_a_wrong_request_is_refused_and_the_next_one_served(server, data):
    assert not talk(server, data).done
    assert talk(server, b'{"type":"truth","version":1}\n').done


def test_an_endless_line_is_cut_off(server):
    answer = None
    try:
        answer = talk(server, b" " * (MAX_LINE_BYTES + 100_000))
    except (BrokenPipeError, ConnectionResetError):
        answer = Answer(False, "cut off")
    assert not answer.done
    assert talk(server, b'{"type":"truth","version":1}\n').done


def test_a_socket_left_by_a_dead_process_is_replaced(tmp_path):
    path = tmp_path / "sim.sock"
    left = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    left.bind(str(path))
    left.close()
    StagingServer(path).close()
    assert not path.exists()
