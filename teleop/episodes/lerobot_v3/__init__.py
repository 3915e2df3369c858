"""LeRobotDataset v3.0 written with numpy, pyarrow and PyAV alone."""
