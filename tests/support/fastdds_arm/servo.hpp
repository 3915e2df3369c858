// The arithmetic of an ideal MoveIt Servo: joint velocities that move the tool as a twist says.
//
// The chain is given link by link as a URDF gives it; every joint turns about the z axis of its own frame.

#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

using Vector = std::array<double, 3>;
using Column = std::array<double, 6>;

struct Link {
  Vector xyz, rpy;
};

// A frame: three axes and an origin, all in base coordinates.
struct Frame {
  Vector x{1, 0, 0}, y{0, 1, 0}, z{0, 0, 1}, at{0, 0, 0};
  Vector turned(const Vector& v) const {
    Vector out{};
    for (int i = 0; i < 3; ++i) out[i] = x[i] * v[0] + y[i] * v[1] + z[i] * v[2];
    return out;
  }
  Vector placed(const Vector& v) const {
    Vector out = turned(v);
    for (int i = 0; i < 3; ++i) out[i] += at[i];
    return out;
  }
  Frame then(const Frame& next) const { return {turned(next.x), turned(next.y), turned(next.z), placed(next.at)}; }
};

inline Frame about(int axis, double angle) {
  const double c = std::cos(angle), s = std::sin(angle);
  Frame turn;
  if (axis == 0) {
    turn.y = {0, c, s};
    turn.z = {0, -s, c};
  } else if (axis == 1) {
    turn.z = {s, 0, c};
    turn.x = {c, 0, -s};
  } else {
    turn.x = {c, s, 0};
    turn.y = {-s, c, 0};
  }
  return turn;
}

inline Vector cross(const Vector& a, const Vector& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

// One column for each joint: how the tool point moves and turns when that joint alone turns at 1 rad/s.
inline std::vector<Column> jacobian(const std::vector<Link>& links, const Vector& tool, const std::vector<double>& q) {
  std::vector<Frame> frames;
  Frame at;
  for (size_t i = 0; i < links.size(); ++i) {
    Frame origin;
    origin.at = links[i].xyz;
    at = at.then(origin).then(about(2, links[i].rpy[2])).then(about(1, links[i].rpy[1])).then(about(0, links[i].rpy[0]));
    at = at.then(about(2, q[i]));
    frames.push_back(at);
  }
  const Vector point = at.placed(tool);
  std::vector<Column> columns;
  for (const Frame& frame : frames) {
    const Vector arm{point[0] - frame.at[0], point[1] - frame.at[1], point[2] - frame.at[2]};
    const Vector linear = cross(frame.z, arm);
    columns.push_back({linear[0], linear[1], linear[2], frame.z[0], frame.z[1], frame.z[2]});
  }
  return columns;
}

// Joint velocities whose motion of the tool is nearest to the twist: normal equations, slightly damped.
inline std::vector<double> joint_speeds(const std::vector<Column>& columns, const std::vector<double>& twist) {
  const size_t n = columns.size();
  std::vector<std::vector<double>> rows(n, std::vector<double>(n + 1, 0.0));
  for (size_t i = 0; i < n; ++i) {
    for (size_t k = 0; k < 6; ++k) {
      for (size_t j = 0; j < n; ++j) rows[i][j] += columns[i][k] * columns[j][k];
      rows[i][n] += columns[i][k] * twist[k];
    }
    rows[i][i] += 1e-9;
  }
  for (size_t pivot = 0; pivot < n; ++pivot) {
    size_t best = pivot;
    for (size_t i = pivot; i < n; ++i)
      if (std::fabs(rows[i][pivot]) > std::fabs(rows[best][pivot])) best = i;
    std::swap(rows[pivot], rows[best]);
    for (size_t i = 0; i < n; ++i) {
      if (i == pivot) continue;
      const double share = rows[i][pivot] / rows[pivot][pivot];
      for (size_t j = pivot; j <= n; ++j) rows[i][j] -= share * rows[pivot][j];
    }
  }
  std::vector<double> speeds(n);
  for (size_t i = 0; i < n; ++i) speeds[i] = rows[i][n] / rows[i][i];
  return speeds;
}
