"""Tags are the dictionary's, with a white margin, and lie on their surface as the contract says."""

import cv2
import numpy as np
import pytest

from sim_fallback.camera.pieces import TAG_FRACTION, piece_solids, sticker_tones
from sim_fallback.camera.tags import paper_size, picture_to_surface, tag_picture
from sim_fallback.layout import PieceLayout


@pytest.mark.parametrize("tag", [0, 1, 20, 43, 49])
def test_a_tag_reads_as_itself_and_upright(tag):
    picture = tag_picture(tag)
    detector = cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50))
    corners, ids, _ = detector.detectMarkers(cv2.copyMakeBorder(picture, 40, 40, 40, 40, 0, value=255))
    assert np.ravel(ids).tolist() == [tag]
    square = np.reshape(corners[0], (4, 2)) - 40
    surface = picture_to_surface(0.024) @ np.column_stack((square, np.ones(4))).T
    wanted = [(-0.012, 0.012), (0.012, 0.012), (0.012, -0.012), (-0.012, -0.012)]
    found = (surface[:2] / surface[2]).T
    assert found == pytest.approx(np.array(wanted), abs=2e-4)


def test_the_paper_fits_on_the_piece():
    piece = PieceLayout("red", 1, 0.03, "#e5484d", 0.2, 0.0, 0.015, 0.0)
    assert paper_size(piece.size_m * TAG_FRACTION) <= piece.size_m
    cube, sticker = piece_solids(2, piece)
    assert cube.body == sticker.body == 9
    assert len(sticker.faces) == 1
    assert sticker.vertices[list(sticker.faces[0]), 2].min() > cube.vertices[:, 2].max()


def test_stickers_keep_contrast_in_every_colour():
    for colour in ("#e5484d", "#f0b429", "#3b82f6", "#46a758", "#000000", "#ffffff"):
        black, white = sticker_tones(colour)
        assert (white - black).min() > 140
