"""Arms behind ROS: by DDS as a ROS 2 node would speak, or by the rosbridge protocol of ROS 1 and 2."""
